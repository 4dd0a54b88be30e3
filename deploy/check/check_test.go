package check

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	keda "github.com/kedacore/keda/v2/apis/keda/v1alpha1"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// kinds are what the manifests may consist of.
var kinds = map[string]func() any{
	"v1/Namespace":                           func() any { return new(corev1.Namespace) },
	"v1/Service":                             func() any { return new(corev1.Service) },
	"v1/ConfigMap":                           func() any { return new(corev1.ConfigMap) },
	"apps/v1/Deployment":                     func() any { return new(appsv1.Deployment) },
	"autoscaling/v2/HorizontalPodAutoscaler": func() any { return new(autoscalingv2.HorizontalPodAutoscaler) },
	"policy/v1/PodDisruptionBudget":          func() any { return new(policyv1.PodDisruptionBudget) },
	"networking.k8s.io/v1/NetworkPolicy":     func() any { return new(networkingv1.NetworkPolicy) },
	"keda.sh/v1alpha1/ScaledObject":          func() any { return new(keda.ScaledObject) },
}

func TestManifestsAreWhatKubernetesKnows(t *testing.T) {
	objects, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), "../kubernetes")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, r := range objects.Resources() {
		kind := r.GetApiVersion() + "/" + r.GetKind()
		seen[kind]++
		b, err := r.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		if kinds[kind] == nil {
			t.Errorf("%s is not checked", kind)
			continue
		}
		object := kinds[kind]()
		if err := yaml.UnmarshalStrict(b, object); err != nil {
			t.Errorf("%s %s: %v", kind, r.GetName(), err)
		}
		if d, ok := object.(*appsv1.Deployment); ok {
			hardened(t, d)
		}
	}
	for kind := range kinds {
		if seen[kind] == 0 {
			t.Errorf("no %s among the manifests", kind)
		}
	}
}

func hardened(t *testing.T, d *appsv1.Deployment) {
	t.Helper()
	pod := d.Spec.Template.Spec
	if g := pod.TerminationGracePeriodSeconds; g == nil || *g != 60 {
		t.Errorf("%s: a grace of %v s, want CLASSIFYD_GRACE and 10 s", d.Name, g)
	}
	c := pod.Containers[0]
	if c.LivenessProbe == nil || c.StartupProbe == nil || !*c.SecurityContext.ReadOnlyRootFilesystem || !*pod.SecurityContext.RunAsNonRoot {
		t.Errorf("%s lacks a probe or a part of its hardening", d.Name)
	}
}

func TestComposeFileIsValid(t *testing.T) {
	o, err := cli.NewProjectOptions([]string{"../compose.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := o.LoadProject(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"redis", "api", "worker", "prometheus", "grafana"} {
		if _, err := p.GetService(name); err != nil {
			t.Error(err)
		}
	}
}

// tool is the path of a program that CI has.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is not installed", name)
		}
		t.Skipf("%s is not installed: install it to run this test too", name)
	}
	return path
}

func TestAlertsFireWhenTheyShould(t *testing.T) {
	promtool := tool(t, "promtool")
	for _, args := range [][]string{{"check", "rules", "alerts.yml"}, {"test", "rules", "alerts_test.yml"}} {
		cmd := exec.Command(promtool, args...)
		cmd.Dir = "../prometheus"
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("promtool %v: %v\n%s", args, err, out)
		}
	}
}

func TestUnitsAreValid(t *testing.T) {
	analyze := tool(t, "systemd-analyze")
	units, err := filepath.Glob("../systemd/*.service")
	if err != nil || len(units) == 0 {
		t.Fatal("no units", err)
	}
	dir := t.TempDir()
	for _, unit := range units {
		b, err := os.ReadFile(unit)
		if err != nil {
			t.Fatal(err)
		}
		// The program that a unit starts must exist where it is checked.
		b = bytes.ReplaceAll(b, []byte("/usr/local/bin/classifyd"), []byte("/bin/true"))
		path := filepath.Join(dir, filepath.Base(unit))
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(analyze, "verify", path).CombinedOutput(); err != nil || bytes.Contains(out, []byte(filepath.Base(unit))) {
			t.Errorf("%s: %v\n%s", unit, err, out)
		}
	}
}

var (
	metricName  = regexp.MustCompile(`\bclassifyd_[a-z_]+`)
	definition  = regexp.MustCompile(`"(classifyd_[a-z_]+)"`)
	ofHistogram = regexp.MustCompile(`_(bucket|sum|count)$`)
)

func TestMetricsThatAreAskedForExist(t *testing.T) {
	known := map[string]bool{}
	for _, pattern := range []string{"../../jobs/*.go", "../../api/*.go", "../../worker/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range definition.FindAllSubmatch(b, -1) {
				known[string(m[1])] = true
			}
		}
	}
	for _, file := range []string{"../prometheus/alerts.yml", "../grafana/classifyd.json", "../kubernetes/workers-scale.yaml"} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		names := metricName.FindAllString(string(b), -1)
		if len(names) == 0 {
			t.Errorf("%s asks for nothing", file)
		}
		for _, name := range names {
			if !known[name] && !known[ofHistogram.ReplaceAllString(name, "")] {
				t.Errorf("%s asks for %s, which classifyd does not have", file, name)
			}
		}
	}
}
