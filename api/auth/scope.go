package auth

import "slices"

// A Scope is something that a caller may do. A token has it among the words of
// scp or as one of its roles.
type Scope string

// What there is to be allowed, in the manner of Graph's permissions.
const (
	ReadJobs   Scope = "DataClassificationJob.Read.All"      // read, list, count and follow jobs
	WriteJobs  Scope = "DataClassificationJob.ReadWrite.All" // the same, and create, cancel and delete them
	SubmitJobs Scope = "DataClassificationJob.Submit"        // create jobs, but see only what that call answers
	WriteTypes Scope = "SensitiveType.ReadWrite.All"         // read and change sensitive types
	Operate    Scope = "Operator"                            // see how the service is doing and pause lanes; no tenant's content
)

// Scopes are all there are.
var Scopes = []Scope{ReadJobs, WriteJobs, SubmitJobs, WriteTypes, Operate}

// ParseScope finds a scope by its name, exactly as spelled.
func ParseScope(name string) (Scope, bool) {
	s := Scope(name)
	return s, slices.Contains(Scopes, s)
}

// known are the scopes among names, of which others may be somebody else's.
func known(names []string) []Scope {
	var scopes []Scope
	for _, n := range names {
		if s, ok := ParseScope(n); ok {
			scopes = append(scopes, s)
		}
	}
	return scopes
}
