package rulebook

import (
	"bytes"
	"strings"
	"testing"
)

// TestProcedure: days of publicity are read, kept by a save, and compared.
func TestProcedure(t *testing.T) {
	b := load(t, head+"程序: {公示工作日: 5, 再公示: 是, 再公示工作日: 3} # 第九条\n")
	if b.Procedure != (Procedure{PublicityDays: 5, SecondPublicity: true, SecondDays: 3}) {
		t.Errorf("%+v", b.Procedure)
	}
	for text, want := range map[string]Procedure{
		"": {}, "程序: {}": {}, "程序: {再公示: 否}": {}, "程序: {公示工作日: 60}": {PublicityDays: 60},
		"程序: {公示工作日: 7, 再公示: 是}": {PublicityDays: 7, SecondPublicity: true, SecondDays: 7},
	} {
		if got := load(t, head+text+"\n").Procedure; got != want {
			t.Errorf("%q: %+v", text, got)
		}
	}
	var out bytes.Buffer
	if err := b.Save(&out); err != nil {
		t.Fatal(err)
	}
	if again := load(t, out.String()); again.Procedure != b.Procedure || !strings.Contains(out.String(), "# 第九条") {
		t.Errorf("a save loses the procedure:\n%s", out.String())
	}
	changes := Diff(b, load(t, head+"程序: {公示工作日: 7, 再公示: 是, 再公示工作日: 3}\n"))
	if len(changes) != 1 || changes[0].What != "程序" || !strings.Contains(changes[0].From, "公示工作日: 5") || !strings.Contains(changes[0].To, "公示工作日: 7") {
		t.Errorf("%+v", changes)
	}
	if changes = Diff(load(t, head), b); len(changes) != 1 || changes[0].From != "" {
		t.Errorf("%+v", changes)
	}
}

// TestProcedureIsChecked: days from 1 to 60, and none for a second time that isn't.
func TestProcedureIsChecked(t *testing.T) {
	for text, want := range map[string]string{
		"{公示工作日: 0}": "whole_expected", "{公示工作日: 61}": "whole_expected", "{公示工作日: 五}": "whole_expected", "{公示工作日: 5, 再公示: 是, 再公示工作日: -3}": "whole_expected",
		"{再公示: 也许}": "flag_expected", "{公示日: 5}": "key_unknown", "[5]": "mapping_expected", "{公示工作日: 5, 再公示工作日: 3}": "second_publicity",
	} {
		_, found := Load("book.yaml", strings.NewReader(head+"程序: "+text+"\n"))
		if len(found) == 0 || found[0].Code != want || found[0].Line != strings.Count(head, "\n")+1 {
			t.Errorf("%s: %v, want %s", text, found, want)
		}
	}
}
