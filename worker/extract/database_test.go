package extract

import (
	"encoding/binary"
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

// TestDatabaseOfManyShapesIsReadAsSQLiteDoes has the rows of each table as
// SELECT * has them, but for numbers, which keep all their digits.
func TestDatabaseOfManyShapesIsReadAsSQLiteDoes(t *testing.T) {
	long := strings.Repeat("z", 5000)
	for _, tt := range []struct{ name, sql, want string }{
		{"integers of each size", `CREATE TABLE t (v);
			INSERT INTO t VALUES (0), (1), (-1), (127), (-129), (70000), (-8388609), (2147483648), (-140737488355329), (9223372036854775807), (-9223372036854775808);`,
			"v|/0|/1|/-1|/127|/-129|/70000|/-8388609|/2147483648|/-140737488355329|/9223372036854775807|/-9223372036854775808|/"},
		{"reals", `CREATE TABLE t (v REAL); INSERT INTO t VALUES (1.5), (4111111111111111), (-0.001), (1e300);`,
			"v|/1.5|/4111111111111111|/-0.001|/1e+300|/"},
		{"an id of its own", `CREATE TABLE t (a TEXT, id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO t VALUES ('x', 7), ('y', 300);`,
			"a|id|/x|7|/y|300|/name|seq|/t|300|/"},
		{"an id by a constraint", `CREATE TABLE t (a TEXT, "the id" INTEGER, CONSTRAINT pk PRIMARY KEY ("the id" DESC)); INSERT INTO t VALUES ('x', 7);`,
			"a|the id|/x|7|/"},
		{"a key that is no id", `CREATE TABLE t (id INTEGER PRIMARY KEY DESC, a); INSERT INTO t VALUES (7, 'x');`, "id|a|/7|x|/"},
		{"INT is no id", `CREATE TABLE t (id INT PRIMARY KEY, a); INSERT INTO t VALUES (7, 'x');`, "id|a|/7|x|/"},
		{"without ids", `CREATE TABLE t (a, b TEXT, c, PRIMARY KEY (c COLLATE NOCASE, B DESC, c)) WITHOUT ROWID;
			INSERT INTO t VALUES (1, 'x', 'n'), (2, 'y', 'm');`, "a|b|c|/2|y|m|/1|x|n|/"},
		{"columns that came later", `PRAGMA foreign_keys = OFF; CREATE TABLE t (a); INSERT INTO t VALUES ('old');
			ALTER TABLE t ADD COLUMN b TEXT DEFAULT 'it''s' REFERENCES t(a) ON DELETE SET DEFAULT; ALTER TABLE t ADD COLUMN c DEFAULT -1.5; ALTER TABLE t ADD COLUMN d;
			INSERT INTO t VALUES ('new', 'x', 'y', 'z');`, "a|b|c|d|/old|it's|-1.5|/new|x|y|z|/"},
		{"generated columns", `CREATE TABLE t (a, b AS (a || '!') , c TEXT GENERATED ALWAYS AS (upper(a)) STORED, d); INSERT INTO t (a, d) VALUES ('x', 'y');`,
			"a|b|c|d|/x|X|y|/"},
		{"a statement with everything", "CREATE TABLE t (/* first, ( */ [a b] INT NOT NULL CHECK (\"a b\" <> ',)'), -- one, (\n `c``d` TEXT COLLATE NOCASE DEFAULT (1 + (2)), \"e\"\"f\" ANY, UNIQUE ([a b], `c``d`), CHECK (1)) STRICT; INSERT INTO t VALUES (1, 'x', 'y');",
			"a b|c`d|e\"f|/1|x|y|/"},
		{"long rows", `CREATE TABLE t (a, b, c); INSERT INTO t VALUES ('` + long + `', 'in', '` + long + long + `');`,
			"a|b|c|/" + long + "|in|" + long + long + "|/"},
		{"long keys", `CREATE TABLE t (a PRIMARY KEY, b) WITHOUT ROWID; INSERT INTO t VALUES ('` + long + `', 1);`, "a|b|/" + long + "|1|/"},
		{"a virtual table", `PRAGMA writable_schema = ON; INSERT INTO sqlite_schema VALUES ('table', 'f', 'f', 0, 'CREATE VIRTUAL TABLE f USING fts5(mail)');
			CREATE TABLE f_content (id INTEGER PRIMARY KEY, c0); INSERT INTO f_content VALUES (1, 'x');`, "id|c0|/1|x|/"},
		{"an index", `CREATE TABLE t (a); CREATE INDEX i ON t (a); INSERT INTO t VALUES ('once');`, "a|/once|/"},
		{"nothing", ``, ""},
	} {
		for _, pragma := range []string{"", "PRAGMA page_size = 512;", "PRAGMA page_size = 65536;", "PRAGMA auto_vacuum = FULL;"} {
			g := read(t, filetest.Database(t, pragma+tt.sql), "", Limits{}).clean()
			got := strings.NewReplacer("\t", "|", "\n", "/").Replace(g.text)
			if got != tt.want {
				t.Errorf("%s, %s\n got %.200q\nwant %.200q", tt.name, pragma, got, tt.want)
			}
		}
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

func TestRowThatIsTooLongIsToldAndTheOtherTablesAreRead(t *testing.T) {
	const length = maxRow - 5 // and the header of the row
	for more, want := range []int{0, 1} {
		sql := fmt.Sprintf("CREATE TABLE t (v); INSERT INTO t VALUES (substr(hex(zeroblob(%d)), 1, %d)); CREATE TABLE u (v); INSERT INTO u VALUES ('needle')", maxRow, length+more)
		g := read(t, filetest.Database(t, sql), "", Limits{})
		if len(g.errs) != want || want > 0 && g.errs[0].Message != errMemory.Message {
			t.Errorf("%d bytes over the limit: %v, want %d of them", more, g.errs, want)
		}
		g.at(map[string]Location{"needle": {Sheet: "u", Cell: "v1"}})
	}
}

func TestPagesThatFormALoopAreDamage(t *testing.T) {
	data := filetest.Database(t, "PRAGMA page_size = 512; CREATE TABLE t (v); INSERT INTO t VALUES ('"+strings.Repeat("x", 2000)+"');")
	binary.BigEndian.PutUint32(data[3*512:], 3) // the second page of the row follows itself
	g := read(t, data, "", Limits{})
	if len(g.errs) != 1 || g.errs[0].Code != ExtractionFailed {
		t.Errorf("%v, want that it is damaged", g.errs)
	}
}
