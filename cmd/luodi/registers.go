package main

import (
	"io"
	"os"

	"luodi/internal/app"
	"luodi/internal/campaign"
	"luodi/internal/fault"
	"luodi/internal/org"
	"luodi/internal/register"
	"luodi/internal/sheet"
)

func (s *system) registers() *app.Registers {
	return &app.Registers{Journal: s.store, Reads: s.store, Sheets: sheets{}, Now: clock, NewID: newID}
}

// loadCampaigns reads the file of campaigns; without one, the built-in ones.
func loadCampaigns(file string) ([]campaign.Campaign, error) {
	if file == "" {
		return campaign.Builtin()
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fault.New(fault.Invalid, "campaigns_unreadable", "读不了专项行动文件 "+file).Because(err)
	}
	return campaign.Load(file, data)
}

// ReadRegister implements app.RegisterSheets.
func (sheets) ReadRegister(kind register.Kind, data []byte, units []org.Unit) ([]app.RegisterLine, []fault.Detail) {
	rows, problems := sheet.ReadRegister(kind, data, units)
	lines := make([]app.RegisterLine, len(rows))
	for i, r := range rows {
		lines[i] = app.RegisterLine{Draft: r.Draft.Tidy(), Where: r.Where}
	}
	return lines, sheetDetails(problems)
}

// WriteRegister implements app.RegisterSheets.
func (sheets) WriteRegister(kind register.Kind, entries []register.Entry, units []org.Unit, w io.Writer) error {
	return sheet.WriteRegister(w, kind, entries, units)
}
