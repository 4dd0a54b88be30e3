package dashboard_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/api/daemontest"
)

const text = "Dear team,\n\nplease charge my Visa card 4111 1111 1111 1111, expires 12/29, and send the\n" +
	"refund to IBAN DE89 3704 0044 0532 0130 00. My mail is jo.doe@example.com."

func TestPage(t *testing.T) {
	s := startService(t)
	b := openBrowser(t)
	for _, tt := range []struct {
		name string
		test func(*testing.T, service, *tab)
	}{
		{"marks what it finds in a text", marksText},
		{"classifies chosen and dropped files", classifiesFiles},
		{"says what is wrong with a text", refusesText},
		{"lists jobs as they are, cancels and deletes them", followsJobs},
		{"pages through jobs", pagesJobs},
		{"tells why a job failed", explainsFailure},
		{"plots", plots},
		{"pauses and resumes lanes", pausesLanes},
		{"searches the catalogue", searchesTypes},
		{"works by keyboard", worksByKeyboard},
		{"asks for a key", signsInByKey},
		{"signs in at an issuer", signsInByAccount},
		{"fits a screen of 400 pixels", fitsNarrowScreens},
		{"is accessible in light and dark", isAccessible},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.test(t, s, b.tab(t, s.base)) })
	}
}

// submit classifies a text and waits for its result.
func submit(p *tab, text string) {
	p.t.Helper()
	p.visit("")
	p.do(chromedp.SetValue(chromedp.CSS("#text"), text))
	p.press("form", "Classify")
	p.shows(".card .status", "Succeeded")
}

func marksText(t *testing.T, _ service, p *tab) {
	submit(p, text)
	marked := evaluate[[]string](p, `[...document.querySelectorAll('mark')].map((e) => e.innerText)`)
	for _, want := range []string{"4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00", "jo.doe@example.com"} {
		if !slices.Contains(marked, want) {
			t.Errorf("%q is not marked: %q", want, marked)
		}
	}
	whole := evaluate[string](p, `document.querySelector('.text').textContent`)
	if whole != text {
		t.Errorf("the text became %q", whole)
	}
	p.do(chromedp.Focus(chromedp.CSS("mark")))
	p.shows("[role=tooltip]", "Credit Card Number")
	p.shows("[role=tooltip]", "85 % high")
	p.shows("[role=tooltip]", "Visa")
	p.shows(".evidence", "expires")
	p.shoot("text")
	p.do(chromedp.SendKeys(chromedp.CSS("mark"), kb.Escape))
	p.until(`!document.querySelector('[role=tooltip]')`)
	p.script(`document.querySelectorAll('mark')[1].dispatchEvent(new MouseEvent('mouseenter'))`)
	p.shows("[role=tooltip]", "IBAN")
	p.shows("table", "International Banking Account Number")

	p.scheme("dark")
	ground := evaluate[string](p, `getComputedStyle(document.body).backgroundColor`)
	if ground != "rgb(20, 22, 28)" {
		t.Errorf("in the dark the ground is %s", ground)
	}
	p.shoot("text-dark")
}

func classifiesFiles(t *testing.T, _ service, p *tab) {
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	files := []string{write("notes.txt", "🙂 "+text), write("page.html", "<p>Visa card <b>4111 1111</b> 1111 1111</p>"), write("harmless.txt", "nothing here")}
	p.visit("")
	p.do(chromedp.SetUploadFiles(chromedp.CSS("input[type=file]"), files))
	p.until(`document.querySelectorAll('.card .status.succeeded').length === 3`)
	p.shows("h2", "harmless.txt")
	p.shows(".nothing", "Nothing sensitive was found")
	p.shows("mark", "jo.doe@example.com")
	p.shows("table", "4111 1111 1111 1111") // but not marked in the HTML, whose text is another
	p.script(`const files = new DataTransfer()
		files.items.add(new File(['Visa card 4111 1111 1111 1111'], 'dropped.txt'))
		files.items.add(new File([new Uint8Array([0, 1, 2, 255])], 'dropped.bin'))
		document.querySelector('form').dispatchEvent(new DragEvent('drop', {dataTransfer: files, bubbles: true, cancelable: true}))`)
	p.until(`document.querySelectorAll('.card .status.succeeded').length === 4`)
	p.shows("h2", "dropped.txt")
	p.shows(".card:has(.failed) .problem", "file")
}

func refusesText(t *testing.T, _ service, p *tab) {
	p.visit("")
	p.do(chromedp.SetValue(chromedp.CSS("#text"), strings.Repeat("too long ", 2000)))
	p.press("form", "Classify")
	p.shows("form [role=alert]", "10000")
}

// row is the row of a job in the list.
func row(id string) string { return fmt.Sprintf(`tr[.//a[@href="#jobs/%s"]]`, id) }

func rowCSS(id string) string { return fmt.Sprintf(`tr:has(a[href="#jobs/%s"])`, id) }

func followsJobs(t *testing.T, s service, p *tab) {
	p.visit("#jobs")
	p.shows(".stream", "Live")
	first, second := s.post(`{"type":"slow"}`), s.post(`{"type":"slow"}`)
	p.shows(rowCSS(first), "Running")
	p.shows(rowCSS(second), "Running")
	p.press(row(first), "Cancel")
	p.shows(rowCSS(first), "Canceled")

	p.do(chromedp.SetValue(chromedp.CSS("select"), "running"))
	p.script(`document.querySelector('select').dispatchEvent(new Event('change', {bubbles: true}))`)
	p.lacks("tbody", "Canceled")
	p.shows(rowCSS(second), "Running")
	p.shoot("jobs-running")
	p.press(row(second), "Cancel")
	p.shows(".nothing", "no such jobs")

	p.visit("#jobs?type=slow")
	p.shows("output", "2 jobs")
	p.press(row(first), "Delete")
	p.press(row(first), "Really?")
	p.shows("output", "1 job")
	p.until(fmt.Sprintf(`!document.querySelector('a[href="#jobs/%s"]')`, first))

	p.visit("#jobs/" + second)
	p.shows(".status", "Canceled")
	p.press("main", "Delete")
	p.press("main", "Really delete it?")
	p.shows(".nothing", "was deleted")
}

func pagesJobs(t *testing.T, s service, p *tab) {
	posted := map[string]bool{}
	for range 30 {
		posted[s.post(`{"type":"classifyText","request":{"text":"Visa card 4111 1111 1111 1111"}}`)] = true
	}
	p.visit("#jobs?type=classifyText&hours=1")
	var seen []string
	collect := func() {
		ids := evaluate[[]string](p, `[...document.querySelectorAll('tbody a')].map((a) => a.hash.slice('#jobs/'.length))`)
		seen = append(seen, ids...)
	}
	p.until(`document.querySelectorAll('tbody tr').length === 25`)
	p.shoot("jobs")
	collect()
	p.press("nav", "Older")
	p.shows(".paging", "Page 2")
	p.until(fmt.Sprintf(`document.querySelector('tbody a') && document.querySelector('tbody a').hash !== '#jobs/%s'`, seen[0]))
	collect()
	for _, id := range seen {
		delete(posted, id)
	}
	if len(posted) > 0 {
		t.Errorf("two pages of %d jobs lack %d of 30", len(seen), len(posted))
	}
	p.press("nav", "Newer")
	p.until(fmt.Sprintf(`document.querySelector('tbody a').hash === '#jobs/%s'`, seen[0]))
}

func explainsFailure(t *testing.T, s service, p *tab) {
	id := s.post(`{"type":"bad"}`)
	p.visit("#jobs/" + id)
	p.shows(".status", "Failed")
	p.shows(".timeline", "Attempt 2 failed")
	p.shows("dl", "handlerFailed")
	p.shows(".card [role=alert]", "scanner")
	p.shows("pre", "curl -s "+s.base+"/beta/dataClassification/jobs/"+id)
	p.do(chromedp.Click(chromedp.CSS("summary")))
	p.shows("pre", `"status": "failed"`)
	p.script(`scrollTo(0, 0)`)
	p.shoot("job")

	p.visit("#jobs/324d1724-1724-324d-2417-4d3224174d32")
	p.shows("[role=alert]", "there is no such job")
}

func plots(t *testing.T, s service, p *tab) {
	id := s.post(`{"type":"slow"}`)
	for range 20 {
		s.post(`{"type":"classifyText","request":{"text":"x"}}`)
	}
	p.do(chromedp.EmulateViewport(1200, 1400))
	p.visit("#live")
	p.shows(".plot", "Running 1")
	p.shows("[aria-label='Running jobs']", id)
	p.shows("[aria-label=Lanes]", "normal")
	p.shows("[aria-label=Workers]", id)
	// Drawn is what has other colors than the axes.
	p.until(`[...document.querySelectorAll('.plot canvas')].filter((c) => {
		const pixels = new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)
		return new Set(pixels).size > 20
	}).length === 4`)
	if *update {
		s.load(time.Minute) // so that there is something to be seen
	}
	p.shoot("live")
	p.visit("#jobs/" + id)
	p.press("main", "Cancel")
	p.shows(".status", "Canceled")
}

func pausesLanes(t *testing.T, s service, p *tab) {
	const lane = `tr[th="low"]`
	state := func(want string) {
		t.Helper()
		p.until(fmt.Sprintf(`[...document.querySelectorAll('[aria-label=Lanes] tbody tr')].some((e) => e.innerText.startsWith('low') && e.querySelector('.status').innerText === %q)`, want))
	}
	p.visit("#live")
	p.press(lane, "Pause")
	state("Paused")
	waiting := s.post(`{"type":"classifyText","priority":"low","request":{"text":"x"}}`)
	p.do(chromedp.Focus(chromedp.CSS(`[aria-label="Resume low"]`)), chromedp.KeyEvent(kb.Enter))
	state("Open")
	focused := evaluate[string](p, `document.activeElement.ariaLabel`)
	if focused != "Pause low" {
		t.Errorf("the button left the focus to %q", focused)
	}
	buttons := evaluate[int](p, `document.querySelectorAll('[aria-label=Lanes] button').length`)
	if buttons != 3 {
		t.Errorf("%d lanes can be paused, want all but that of what was delivered before", buttons)
	}
	p.script(`{
		const send = fetch
		window.fetch = (url, init) => init?.method === 'PUT' ? Promise.reject(new TypeError('away')) : send(url, init)
	}`)
	p.press(lane, "Pause")
	p.shows("[role=alert]", "cannot be reached")
	state("Open")
	p.visit("#jobs/" + waiting)
	p.shows(".status", "Succeeded")
}

func searchesTypes(t *testing.T, _ service, p *tab) {
	p.visit("#types")
	p.shows("output", "types")
	p.do(chromedp.SendKeys(chromedp.CSS("input[type=search]"), "international banking"))
	p.shows("output", "1 of ")
	p.shows(".types", "International Banking Account Number")
	p.shoot("types")
}

func worksByKeyboard(t *testing.T, _ service, p *tab) {
	p.visit("")
	tabs := func() string {
		p.do(chromedp.KeyEvent(kb.Tab))
		return evaluate[string](p, `document.activeElement.innerText || document.activeElement.id`)
	}
	var stops []string
	for range 8 {
		stops = append(stops, tabs())
	}
	want := []string{"Skip to the content", "classifyd", "Classify", "Jobs", "Live", "Sensitive types", "Sign in", "text"}
	if diff := cmp.Diff(want, stops); diff != "" {
		t.Errorf("stops of the tab key (-want +got):\n%s", diff)
	}
	p.do(chromedp.KeyEvent("Visa card 4111 1111 1111 1111"), chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(kb.ModifierCtrl)))
	p.shows("mark", "4111 1111 1111 1111")
}

// guard lets nobody at a service who does not say the word, and nobody operate it.
func guard(t *testing.T, s service) string {
	t.Helper()
	target, err := url.Parse(s.base)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(target) },
		FlushInterval: -1,
		ErrorLog:      log.New(io.Discard, "", 0), // a page that goes leaves streams
	}
	guard := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/beta/") && r.Header.Get("Authorization") != "Bearer open sesame" {
			w.Header().Set("WWW-Authenticate", "Bearer")
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"error":{"code":"unauthorized","message":"the request must say who sends it"}}`)
			return
		}
		if r.URL.Path == "/queues" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { guard.CloseClientConnections(); guard.Close() })
	return guard.URL
}

func signsInByKey(t *testing.T, s service, p *tab) {
	s.post(`{"type":"classifyText","request":{"text":"x"}}`)
	p = browser{p.ctx}.tab(t, guard(t, s))
	p.visit("#jobs")
	p.do(chromedp.WaitVisible(chromedp.CSS("dialog input")))
	p.do(chromedp.SendKeys(chromedp.CSS("dialog input"), "wrong"+kb.Enter))
	p.shows("dialog [role=alert]", "does not take what you signed in with")
	p.shoot("signin")
	p.press("dialog", "Close")
	p.until(`!document.querySelector('dialog')`)
	p.press("header", "Sign out")
	p.do(chromedp.SendKeys(chromedp.CSS("dialog input"), "open sesame"+kb.Enter))
	p.shows(".stream", "Live")
	p.until(`document.querySelector('table.jobs') && !document.querySelector('[role=alert]')`)
	p.visit("#types") // the tab keeps the key
	p.shows("output", "types")
	p.visit("#live") // of one who is no operator
	p.until(`performance.getEntriesByType('resource').some((e) => e.name.endsWith('/queues') && e.responseStatus === 403)`)
	p.shows("h2", "Running now")
	p.lacks("h2, h3", "Workers")
	p.press("header", "Sign out")
	p.shows(".stream", "Not signed in")
}

func signsInByAccount(t *testing.T, s service, p *tab) {
	s.post(`{"type":"classifyText","request":{"text":"x"}}`)
	p = browser{p.ctx}.tab(t, guard(t, s), s.issuer.URL)
	p.visit("#jobs?type=classifyText")
	p.press("dialog", "Use your account")
	p.shows(".stream", "Live")
	p.shows("table.jobs", "classifyText")
	p.until(`location.hash === '#jobs?type=classifyText' && location.search === ''`)
}

var views = []string{"", "#jobs", "#live", "#types"}

func fitsNarrowScreens(t *testing.T, s service, p *tab) {
	p.do(chromedp.EmulateViewport(400, 800))
	id := s.post(`{"type":"bad"}`)
	for _, view := range append([]string{"#jobs/" + id}, views...) {
		if view == "" {
			submit(p, text)
		} else {
			p.visit(view)
		}
		if view == "#live" {
			p.shows("[aria-label=Lanes] button", "Pause")
		}
		width := evaluate[int](p, `document.scrollingElement.scrollWidth`)
		if width > 400 {
			t.Errorf("%q is %d pixels wide", view, width)
		}
		if view == "" {
			p.do(chromedp.Focus(chromedp.CSS("mark")))
			p.shows("[role=tooltip]", "Credit Card Number")
			width = evaluate[int](p, `Math.ceil(document.querySelector('[role=tooltip]').getBoundingClientRect().right)`)
			if width > 400 {
				t.Errorf("what is said of a match ends at pixel %d", width)
			}
			p.shoot("narrow")
		}
	}
}

func isAccessible(t *testing.T, s service, p *tab) {
	daemontest.InstallNode(t, "web")
	axe, err := os.ReadFile("web/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	id := s.post(`{"type":"bad"}`)
	for _, tt := range []struct {
		scheme string
		rules  string
		views  []string
	}{
		{"light", "", append([]string{"#jobs/" + id}, views...)},
		{"dark", "{runOnly: ['color-contrast']}", []string{"#jobs/" + id, "", "#live"}}, // it differs in colors alone
	} {
		p.scheme(tt.scheme)
		for _, view := range tt.views {
			switch view {
			case "":
				submit(p, text)
				p.do(chromedp.Focus(chromedp.CSS("mark")))
				p.shows("[role=tooltip]", "Credit Card Number")
			case "#types":
				p.visit(view)
				p.do(chromedp.SendKeys(chromedp.CSS("input[type=search]"), "number"))
				p.shows("output", " of ")
			case "#jobs":
				p.visit(view)
				p.shows("table", "classifyText")
			case "#live":
				p.visit(view)
				p.shows("[aria-label=Lanes] button", "Pause")
			default:
				p.visit(view)
				p.shows(".status", "Failed")
			}
			p.script(string(axe))
			violations := evaluate[[]string](p, `axe.run(`+tt.rules+`).then(({violations}) => violations.flatMap((v) => v.nodes.map((n) => v.id + ': ' + n.html + ' ' + n.failureSummary)))`)
			for _, v := range violations {
				t.Errorf("%s %q: %s", tt.scheme, view, v)
			}
		}
	}
}
