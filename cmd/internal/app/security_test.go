package app

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

func TestThreatModelNamesTestsThatExist(t *testing.T) {
	doc, err := os.ReadFile("../../../deploy/SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "grep", "-rhoE", "--include=*_test.go", "^func Test[A-Za-z0-9]+", "../../..").Output()
	if err != nil {
		t.Fatal(err)
	}
	there := string(out) + "\n"
	for _, name := range regexp.MustCompile(`Test[A-Z]\w+`).FindAllString(string(doc), -1) {
		if !strings.Contains(there, "func "+name+"\n") {
			t.Errorf("there is no %s", name)
		}
	}
}

func TestEveryThreatNamesWhatShowsItsCountermeasure(t *testing.T) {
	doc, err := os.ReadFile("../../../deploy/SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(doc), "| threat | countermeasure | shown by |\n|---|---|---|\n")
	table, _, ok := strings.Cut(rest, "\n\n")
	if !ok {
		t.Fatal("there is no table of threats")
	}
	shown := regexp.MustCompile(`Test[A-Z]\w+|tests? of|the same|make [a-z]+`)
	for row := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(row), "|"), " | ")
		if len(cells) != 3 || strings.TrimSpace(cells[1]) == "" || !shown.MatchString(cells[2]) {
			t.Errorf("a threat without countermeasure or proof: %s", row)
		}
	}
}
