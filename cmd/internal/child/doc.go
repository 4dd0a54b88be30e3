// Package child says how a process starts others that must not outlive it.
package child
