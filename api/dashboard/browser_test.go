package dashboard_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/classifyd/classifyd/api/client"
	"github.com/classifyd/classifyd/api/daemontest"
)

var update = flag.Bool("update", false, "take the screenshots in testdata anew")

// patience is how long the page may take over one step of a test. It is for a
// machine that has much else to do: nothing waits for it to pass.
const patience = time.Minute

// A browser is a headless Chromium that the tabs of a test share.
type browser struct{ ctx context.Context }

func openBrowser(t *testing.T) browser {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		daemontest.Skip(t, "no chromium: the page is not tried")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.NoSandbox, // which a container seldom allows
		chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("lang", "en-GB"),
		chromedp.Flag("disable-dev-shm-usage", true),
	)
	allocated, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, quit := chromedp.NewContext(allocated)
	t.Cleanup(func() {
		chromedp.Cancel(ctx) // waits until the browser has ended
		quit()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return browser{ctx}
}

// A tab shows one page. What goes wrong in it without being seen, such as an
// exception, something that the policy refuses, or a request to any other
// service, fails the test.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string
}

func (b browser) tab(t *testing.T, base string, others ...string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	var mu sync.Mutex // guards over, and t after the test
	over := false
	t.Cleanup(func() {
		mu.Lock()
		over = true
		mu.Unlock()
		cancel()
	})
	complain := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		if !over {
			t.Errorf(format, args...)
		}
	}
	err := chromedp.Listen(ctx, func(e any) {
		switch e := e.(type) {
		case *runtime.EventExceptionThrown:
			complain("exception: %s %+v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception)
		case *cdplog.EventEntryAdded:
			if e.Entry.Level == cdplog.EntryLevelError && e.Entry.Source != cdplog.EntrySourceNetwork {
				complain("console: %s", e.Entry.Text)
			}
		case *network.EventRequestWillBeSent:
			if !slices.ContainsFunc(append(others, base), func(origin string) bool { return strings.HasPrefix(e.Request.URL, origin+"/") }) {
				complain("the page asked for %.100s", e.Request.URL)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	p := &tab{t, ctx, base}
	p.do(chromedp.EmulateViewport(1200, 900))
	return p
}

// do does one thing after the other.
func (p *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	for _, a := range actions {
		run(p, a)
	}
}

// run runs one action and returns its value.
func run[T any](p *tab, action chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, action)
	if err != nil {
		p.t.Fatalf("%v; the page shows:\n%s", err, p.shown())
	}
	return v
}

// evaluate is what an expression of the page's is, or promises.
func evaluate[T any](p *tab, expression string) T {
	p.t.Helper()
	return run(p, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// visit shows one of the page's views.
func (p *tab) visit(view string) {
	p.t.Helper()
	p.do(chromedp.Navigate("about:blank"), chromedp.Navigate(p.base+"/"+view), chromedp.WaitVisible(chromedp.CSS("h1")))
}

// until waits for an expression to become true, also where the page is left for
// another in between, which chromedp.Poll does not survive.
func (p *tab) until(expression string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		is, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`Boolean(`+expression+`)`))
		if is {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			p.t.Fatalf("%s did not become true (%v); the page shows:\n%s", expression, err, p.shown())
		}
	}
}

// shown is what the page shows, as far as it can still tell.
func (p *tab) shown() string {
	s, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.body.innerText`))
	return s
}

// shows waits for an element to hold a text.
func (p *tab) shows(selector, text string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`[...document.querySelectorAll(%q)].some((e) => e.innerText.includes(%q))`, selector, text))
}

// lacks waits until no element holds a text.
func (p *tab) lacks(selector, text string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`![...document.querySelectorAll(%q)].some((e) => e.innerText.includes(%q))`, selector, text))
}

// press clicks the button with this text within an element.
func (p *tab) press(within, text string) {
	p.t.Helper()
	p.do(chromedp.Click(fmt.Sprintf(`//%s//button[normalize-space()=%q]`, within, text)))
}

// script runs a script for what it does.
func (p *tab) script(source string) {
	p.t.Helper()
	p.do(chromedp.Evaluate[chromedp.Void](source))
}

func (p *tab) scheme(name string) {
	p.t.Helper()
	features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}); err != nil {
		p.t.Fatal(err)
	}
}

// shoot keeps what is to be seen in testdata, if that is wanted.
func (p *tab) shoot(name string) {
	p.t.Helper()
	if !*update {
		return
	}
	png := run(p, chromedp.CaptureScreenshot())
	if err := os.WriteFile(filepath.Join("testdata", name+".png"), png, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// A service is a daemon with two job types of its own: slow runs until it is
// canceled, bad fails.
type service struct {
	t      *testing.T
	base   string
	issuer *issuer // at which its page signs people in
}

func startService(t *testing.T) service {
	t.Helper()
	handler := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if r.URL.Path == "/bad" {
			w.WriteHeader(http.StatusBadGateway)
			io.WriteString(w, `{"error":{"code":"noScanner","message":"the scanner is away"}}`)
			return
		}
		<-r.Context().Done()
	}))
	t.Cleanup(handler.Close)
	issuer := newIssuer(t)
	base := daemontest.Start(t, daemontest.Build(t), "--page-issuer", issuer.URL, "--page-client-id", "page", "--handler", "slow="+handler.URL+"/slow", "--handler", "bad="+handler.URL+"/bad",
		"--max-attempts", "2", "--concurrency", "4", "--max-text", "10000", "--grace", "100ms")
	return service{t, base, issuer}
}

// post creates a job and returns its id. On a busy machine it may have to ask
// again, as any producer.
func (s service) post(body string) string {
	s.t.Helper()
	c, err := client.New(client.Options{URL: s.base + "/beta"})
	if err != nil {
		s.t.Fatal(err)
	}
	var sub struct {
		Type, Priority string
		Request        json.RawMessage
	}
	if err := json.Unmarshal([]byte(body), &sub); err != nil {
		s.t.Fatal(err)
	}
	job, err := c.Submit(s.t.Context(), client.Submission{Type: sub.Type, Priority: sub.Priority, Request: sub.Request})
	if err != nil {
		s.t.Fatal(err)
	}
	return job.ID
}

// load posts ten jobs a second for some time. That a busy machine refuses one
// spoils no picture.
func (s service) load(d time.Duration) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(d); time.Now().Before(end); <-tick.C {
		resp, err := http.Post(s.base+"/beta/dataClassification/classifyText", "application/json", strings.NewReader(`{"text":"Visa card 4111 1111 1111 1111"}`))
		if err == nil {
			resp.Body.Close()
		}
	}
}
