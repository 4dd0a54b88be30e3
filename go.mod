module github.com/classifyd/classifyd

go 1.26
