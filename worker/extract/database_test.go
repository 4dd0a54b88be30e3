package extract

import (
	"fmt"
	"strings"
	"testing"

	"github.com/classifyd/classifyd/worker/extract/filetest"
)

const staff = `
	CREATE TABLE staff (id INTEGER PRIMARY KEY, name TEXT, card INTEGER, note);
	INSERT INTO staff (name, card, note) VALUES ('Ada', 42, NULL), ('Müller-needle', 4111111111111111, x'FF00FE'), ('x', 1.5, CAST('blob-needle' AS BLOB));
	CREATE TABLE "odd ""name""" (k PRIMARY KEY, v) WITHOUT ROWID;
	INSERT INTO "odd ""name""" VALUES ('k', 'odd-needle');
	CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n;`

func TestDatabaseIsReadTableByTable(t *testing.T) {
	for name, sql := range map[string]string{"plain": staff, "log ahead": "PRAGMA journal_mode = WAL;" + staff, "UTF-16": "PRAGMA encoding = 'UTF-16';" + staff} {
		t.Run(name, func(t *testing.T) {
			g := read(t, filetest.Database(t, sql), "", Limits{}).clean()
			g.at(map[string]Location{
				"name\t":           {Sheet: "staff"},
				"Müller-needle":    {Sheet: "staff", Cell: "name2"},
				"4111111111111111": {Sheet: "staff", Cell: "card2"},
				"blob-needle":      {Sheet: "staff", Cell: "note3"},
				"odd-needle":       {Sheet: `odd "name"`, Cell: "v1"},
			})
		})
	}
}

func TestDatabaseInAnArchiveIsReadAcrossPages(t *testing.T) {
	var sql strings.Builder
	sql.WriteString("CREATE TABLE t (v TEXT);")
	for i := range 3000 {
		fmt.Fprintf(&sql, "INSERT INTO t VALUES ('%d-%s');", i, strings.Repeat("x", i%300))
	}
	fmt.Fprintf(&sql, "INSERT INTO t VALUES ('%s-needle');", strings.Repeat("y", 100_000))
	data := filetest.Zip(t, file{"x.db", string(filetest.Database(t, "BEGIN;"+sql.String()+"COMMIT;"))})
	read(t, data, "", Limits{}).clean().at(map[string]Location{
		"2999-x":   {Path: "x.db", Sheet: "t", Cell: "v3000"},
		"y-needle": {Path: "x.db", Sheet: "t", Cell: "v3001"},
	})
}
