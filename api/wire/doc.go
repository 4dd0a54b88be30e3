// Package wire is the JSON that crosses the network: jobs, errors and the
// bodies of requests, in the words of Microsoft Graph's dataClassification.
//
// It promises that a body it accepts is one JSON object without a second
// reading of it: well-formed UTF-8, no name twice, no lone surrogate, nothing
// behind it, and not nested deeper than 64. What it writes never has a null:
// a property without a value is left out, since Graph's clients read
// "error": null as an error.
//
// It imports the standard library only, so that clients can import it.
package wire
