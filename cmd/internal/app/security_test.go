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
