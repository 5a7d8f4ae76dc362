package sheet

import "bytes"

// readTable gives the first worksheet that has a header to rows: the first row within
// headerWithin that header knows, and the lines below it. missing is told where none has
// one.
func readTable[H, T any](data []byte, header func(line) (H, bool), missing string,
	rows func(r *reader, sheet string, places H, head line, below []line) ([]T, []Problem),
) ([]T, []Problem) {
	book, problem := open(bytes.NewReader(data))
	if problem != nil {
		return nil, []Problem{*problem}
	}
	defer book.Close()
	r := &reader{book: book, epoch: epochOf(book)}
	for _, name := range book.GetSheetList() {
		lines, wrong := r.lines(name)
		if wrong != nil {
			return nil, []Problem{{Sheet: name, Code: wrong.code, Message: wrong.message}}
		}
		for i, l := range lines[:min(len(lines), headerWithin)] {
			if places, ok := header(l); ok {
				return rows(r, name, places, l, lines[i+1:])
			}
		}
	}
	return nil, []Problem{{Code: "header_not_found", Message: missing}}
}
