package worker

// ScanFile is what a FileClassifier does once it has the file's text.
var ScanFile = scanFile
