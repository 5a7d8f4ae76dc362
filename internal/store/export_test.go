package store

// Setting reads one of SQLite's settings on the writing or a reading connection.
func (s *Store) Setting(name string, writer bool) (value string) {
	db := s.read
	if writer {
		db = s.write
	}
	db.Raw("PRAGMA " + name).Scan(&value)
	return value
}
