package extract

import (
	"crypto/rand"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/util/ioutil"
	"github.com/ncruces/go-sqlite3/vfs/readervfs"
)

// sqliteHeap bounds what SQLite may take, which it does in a memory of its own.
const sqliteHeap = 32 << 20

// sqlite extracts the tables of a database row by row. Its schema is not
// trusted: no view, trigger or function that it names is run, but for
// generated columns.
func (r *run) sqlite(s *source) error {
	done, err := r.spool(s)
	if err != nil {
		return err
	}
	defer done()
	name := rand.Text() + ".db"
	readervfs.Create(name, ioutil.NewSizeReaderAt(s.at))
	defer readervfs.Delete(name)
	db, err := sqlite3.OpenFlags("file:"+name+"?vfs=reader&immutable=1", sqlite3.OPEN_READONLY|sqlite3.OPEN_URI)
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetInterrupt(r.ctx)
	db.HardHeapLimit(sqliteHeap)
	for option, on := range map[sqlite3.DBConfig]bool{sqlite3.DBCONFIG_TRUSTED_SCHEMA: false, sqlite3.DBCONFIG_DEFENSIVE: true} {
		if _, err := db.Config(option, on); err != nil {
			return err
		}
	}
	var tables []string
	err = query(db, "SELECT name FROM sqlite_schema WHERE type = 'table'", func(row *sqlite3.Stmt) error {
		tables = append(tables, row.ColumnText(0))
		return nil
	})
	if err := r.tolerate(s.loc, err); err != nil {
		return err
	}
	for _, table := range tables {
		loc := s.loc
		loc.Sheet = label(table)
		if err := r.tolerate(loc, r.table(db, table, loc)); err != nil {
			return err
		}
	}
	return nil
}

// table writes the names of a table's columns, which are evidence, and its rows.
func (r *run) table(db *sqlite3.Conn, table string, loc Location) error {
	row := 0
	return query(db, "SELECT * FROM "+sqlite3.QuoteIdentifier(table), func(st *sqlite3.Stmt) error {
		if row == 0 {
			for i := range st.ColumnCount() {
				if err := r.write(loc, st.ColumnName(i)+"\t"); err != nil {
					return err
				}
			}
			if err := r.write(loc, "\n"); err != nil {
				return err
			}
		}
		row++
		for i := range st.ColumnCount() {
			if kind := st.ColumnType(i); kind == sqlite3.NULL || kind == sqlite3.BLOB && !utf8.Valid(st.ColumnRawBlob(i)) {
				continue
			}
			cell := loc
			cell.Cell = label(st.ColumnName(i)) + strconv.Itoa(row)
			if err := r.write(cell, strings.ReplaceAll(st.ColumnText(i), "\x00", " ")+"\t"); err != nil {
				return err
			}
		}
		return r.write(loc, "\n")
	})
}

func query(db *sqlite3.Conn, sql string, f func(*sqlite3.Stmt) error) error {
	st, _, err := db.Prepare(sql)
	if err != nil {
		return err
	}
	defer st.Close()
	for st.Step() {
		if err := f(st); err != nil {
			return err
		}
	}
	return st.Err()
}
