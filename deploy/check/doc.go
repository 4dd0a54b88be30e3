// Package check holds what deploy has against what it is written for: the
// manifests against the types of Kubernetes and KEDA, the compose file against
// its specification, and every metric that a rule or a plot asks for against
// those that classifyd has. It is a module of its own, so that nobody who
// builds classifyd needs what it needs.
package check
