package calendar

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"sync"
)

// The notices since 2018, as published on www.gov.cn at the address each row
// gives, and every day that each of them names. Two amend an earlier one: Labour
// Day 2019 was lengthened on 2019-03-22, Spring Festival 2020 on 2020-01-27.
var (
	//go:embed data/notices.csv
	noticesCSV []byte
	//go:embed data/days.csv
	daysCSV []byte
)

// Builtin is the notices of the years 2018 to 2026, oldest first. The caller
// owns the result.
func Builtin() []Notice { return clone(builtin()) }

// builtin panics on bad embedded data, which is a mistake of the build.
var builtin = sync.OnceValue(func() []Notice {
	notices, err := readNotices(noticesCSV, daysCSV)
	if err != nil {
		panic(fmt.Sprintf("calendar: embedded notices: %v", err))
	}
	return notices
})

func readNotices(heads, days []byte) ([]Notice, error) {
	rows, err := readRows(heads)
	if err != nil {
		return nil, err
	}
	notices := make([]Notice, len(rows))
	index := map[string]int{}
	for i, row := range rows {
		n := Notice{ID: row[0], Title: row[3], URL: row[4]}
		if n.Year, err = strconv.Atoi(row[1]); err != nil {
			return nil, err
		}
		if n.Issued, err = ParseDate(row[2]); err != nil {
			return nil, err
		}
		notices[i], index[n.ID] = n, i
	}
	return notices, readDays(days, notices, index)
}

func readDays(days []byte, notices []Notice, index map[string]int) error {
	rows, err := readRows(days)
	if err != nil {
		return err
	}
	for _, row := range rows {
		i, ok := index[row[0]]
		if !ok {
			return fmt.Errorf("no notice %s", row[0])
		}
		date, err := ParseDate(row[1])
		if err != nil {
			return err
		}
		notices[i].Days = append(notices[i].Days, DayRule{Date: date, Kind: Kind(row[2]), Holiday: row[3]})
	}
	return nil
}

// readRows reads all records after the header; encoding/csv sees to it that each has as many fields.
func readRows(data []byte) ([][]string, error) {
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) < 2 {
		return nil, errors.New("no rows")
	}
	return rows[1:], nil
}
