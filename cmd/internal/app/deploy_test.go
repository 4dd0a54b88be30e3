package app

import (
	"testing"

	"github.com/classifyd/classifyd/api/daemontest"
)

// TestDeployFiles runs the module deploy/check, which keeps Kubernetes' types
// out of ours.
func TestDeployFiles(t *testing.T) {
	t.Parallel()
	daemontest.Module(t, "../../../deploy/check")
}
