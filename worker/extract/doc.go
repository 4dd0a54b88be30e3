// Package extract gets the text out of files.
//
// What a file is shows in its content; its name only decides between kinds of
// text. [Extractor.Text] walks the file and whatever is packed into it and
// gives the text as a sequence of segments, each with its place, as soon as it
// has them, so that a file much larger than the memory can be read:
//
//	for seg, err := range x.Text(ctx, file, "report.zip", extract.Limits{}) {
//		if err != nil { ... } // an *Error, or why ctx ended
//		...
//	}
//
// The segments in their order are the whole extracted text: nothing is to be
// put between them, and a word may begin in one and end in the next. Offsets
// count the UTF-16 code units of that text.
//
// An error does not take back what came before it, and need not be the last
// element: a damaged member of an archive is told and the next one is read.
// Only when a limit is passed, or ctx ends, is an error the last element. So a
// caller that has seen an error holds a partial result. [Error.Minor] tells
// the errors that need not fail a job.
//
// # What is read
//
//   - text in any charset, told by its byte order mark, its declaration, or
//     its bytes: logs, source, CSV, Markdown as they are; JSON and XML as they
//     are but with their escapes resolved, since names and tags are evidence;
//     HTML and RTF without their mark-up
//   - DOCX, XLSX, PPTX, ODT, ODS, ODP: body, tables, notes, comments, headers,
//     hidden sheets and rows, tracked deletions, properties, embedded files
//   - DOC, XLS, PPT of the years 1997 to 2003, as far as their text is simply stored
//   - PDF: pages, form fields, properties, attachments
//   - EML, MBOX, MSG with their attachments; EPUB
//   - ZIP, TAR, 7Z, GZIP, BZIP2, ZSTD, XZ, and what is packed in them
//   - SQLite databases, table by table
//
// Pictures, also those that are pages of a PDF, are read by OCR where
// [Options] have one. Otherwise they end as [UnsupportedFileType], as sound,
// programs and all else do.
//
// # What it promises
//
// Whatever the bytes, a call ends within its [Limits], gives valid UTF-8,
// follows no link, opens no file by a name from the content and does not
// panic. No error carries submitted content: messages are fixed, and only
// [Error.Location] has names that stood in the file.
package extract
