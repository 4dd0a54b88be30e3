package types

import (
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// A connection is a kind of connection string that holds a password: settings
// of the form name=value with semicolons between them.
type connection struct {
	id, name string
	settings []string // one of which holds the secret, in small letters
	near     []string // one of which must stand in the text around, in small letters
	without  string   // must not
	secret   func(string) bool
	sample   string // with the secret at %s
	value    string
}

// connections are those of Microsoft's databases and of Azure's publish settings
// (Microsoft Learn, SqlConnection.ConnectionString and Azure App Service
// deployment credentials).
var connections = []connection{
	{
		id: "ce1a126d-186f-4700-8c0c-486157b953fd", name: "Azure SQL Connection String",
		settings: []string{"password", "pwd"}, near: []string{"database.windows.net", "database.azure.com", "database.chinacloudapi.cn", "database.usgovcloudapi.net"}, secret: kept,
		sample: "Server=tcp:north.database.windows.net,1433;Database=main;User ID=app;Password=%s;Encrypt=True;", value: "tr0ub4dor&3",
	},
	{
		id: "e76b6205-d3cb-46f2-bd63-c90153f2f97d", name: "SQL Server Connection String",
		settings: []string{"password", "pwd"}, near: []string{"initial catalog=", "data source=", "server=", "jdbc:sqlserver:", "addr=", "address="}, without: "database.windows.net", secret: kept,
		sample: "Data Source=north;Initial Catalog=main;User ID=app;Password=%s;", value: "tr0ub4dor&3",
	},
	{
		id: "75f4cc8a-a68e-49e5-89ce-fa8f03d286a5", name: "Azure Publish Setting Password",
		settings: []string{"userpwd"}, near: []string{"username=", "publishmethod="}, secret: func(s string) bool { return len(s) == 60 && drawn(s) },
		sample: `<publishProfile publishMethod="MSDeploy" userName="$north" userPWD="%s" />`, value: "Zk3vQ9xLm2Rt7HsWbY4pTnCd8GfJe5UaKo3SiWq6CxBvMt0YrEzLhDg7NuFp",
	},
}

func connectionStrings() []*classify.Type {
	var ts []*classify.Type
	for _, k := range connections {
		with := func(secret string) string { return strings.ReplaceAll(k.sample, "%s", secret) }
		ts = append(ts, &classify.Type{
			ID:          k.id,
			Name:        k.name,
			Description: "Passwords in connection strings: " + k.name + ".",
			Publisher:   publisher,
			Category:    classify.CategoryCredential,
			Recommended: 85,
			Words:       []string{"password", "pwd", "userpwd", "server", "database", "data source", "initial catalog", "user id", "uid", "username"},
			Rules: []classify.Rule{{
				Shape:    classify.Around{Byte: '=', Before: 250, After: 250, Ends: append(lasts(k.settings...), " ")},
				Check:    k.found,
				Strength: classify.Ranges,
				Alone:    85,
				With:     85,
			}},
			Value:  verbatim,
			Finds:  []classify.Sample{{Text: with(k.value), Match: k.value, Confidence: 85}},
			Leaves: []string{with(""), with("changeme"), with("{your_password}"), with("********"), with("<password>"), "Password=" + k.value},
		})
	}
	return ts
}

func (k *connection) found(c *classify.Candidate) bool {
	if !k.set(c.Text[:c.Start]) {
		return false
	}
	value := c.Text[c.End:]
	quotes := len(value) - len(strings.TrimLeft(value, "\"'"))
	value = value[quotes:]
	if end := strings.IndexAny(value, ";\"'\r\n<"); end >= 0 {
		value = value[:end]
	}
	value = strings.TrimRight(value, " ")
	if !k.secret(value) {
		return false
	}
	// The rest of the string stands on the same lines.
	text := c.Text
	if k.without != "" && containsFold(text, k.without) {
		return false
	}
	for _, near := range k.near {
		if containsFold(text, near) {
			c.Start = c.End + quotes
			c.End = c.Start + len(value)
			return true
		}
	}
	return false
}

// set reports whether before ends in one of the settings.
func (k *connection) set(before string) bool {
	before = strings.TrimRight(before, " ")
	for _, s := range k.settings {
		at := len(before) - len(s)
		if at >= 0 && strings.EqualFold(before[at:], s) && (at == 0 || !wordByte(before[at-1])) {
			return true
		}
	}
	return false
}

// kept reports whether s is a password and not where one is to be put.
func kept(s string) bool {
	return len(s) >= 4 && len(s) <= 128 && !unfilled(s) && !programText(s) && strings.IndexByte(s, ' ') < 0 && !uniform([]byte(s))
}

// azureSAS is a shared access signature: an HMAC-SHA256 in Base64, percent-encoded,
// among the parameters that it signs (Microsoft Learn, Create a service SAS).
func azureSAS() *classify.Type {
	const (
		signature = "u7Gk2QzPp9XvLmT4wRcY8sBnEa1HdJf6ZoKqViTe3Mw%3D"
		sample    = "https://north.blob.core.windows.net/x?sv=2022-11-02&se=2030-01-01T00%3A00%3A00Z&sp=r&sig="
	)
	return &classify.Type{
		ID:          "4d235014-e564-47f4-a6fb-6ebb4a826834",
		Name:        "Azure SAS",
		Description: "Shared access signatures of Azure's services.",
		Publisher:   publisher,
		Category:    classify.CategoryCredential,
		Recommended: 85,
		Rules: []classify.Rule{{
			Shape:    classify.Around{Byte: '=', Before: 400, After: 400, Prev: "g"},
			Check:    azureSASCheck,
			Strength: classify.Structure,
			Alone:    85,
			With:     85,
		}},
		Value: verbatim,
		Finds: []classify.Sample{
			{Text: sample + signature, Match: signature, Confidence: 85},
			{Text: "SharedAccessSignature sr=north&sig=" + signature + "&se=1900000000&skn=owner", Match: signature, Confidence: 85},
		},
		Leaves: []string{"sig=" + signature, sample + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D", sample + "EXAMPLE", sample + signature[:40], strings.Replace(sample, "sig=", "sug=", 1) + signature},
	}
}

func azureSASCheck(c *classify.Candidate) bool {
	before := c.Text[:c.Start]
	if !strings.HasSuffix(before, "sig") || strings.IndexByte("?&; ,\"", c.Text[max(0, c.Start-4)]) < 0 {
		return false
	}
	rest := c.Text[c.End:]
	n := 0
	for n < len(rest) && n < 120 && (keyByte(rest[n]) || rest[n] == '%') {
		n++
	}
	raw, err := url.PathUnescape(rest[:n])
	if err != nil {
		return false
	}
	if key, err := base64.StdEncoding.DecodeString(raw); err != nil || len(key) != 32 || placeholder(raw) || entropy(raw) < 4 {
		return false
	}
	signed := false
	for _, p := range []string{"sv=", "se=", "sr=", "skn="} {
		signed = signed || strings.Contains(c.Text, p)
	}
	c.Start, c.End = c.End, c.End+n
	return signed
}

// azureStorageKey is a storage account's key that no setting names: 64 bytes in
// Base64, as long as a SHA-512, so that only a word near it can say what it is.
func azureStorageKey() *classify.Type {
	const key = "u7Gk2/QzPp+9XvLmT4wRcY8sBnEa1HdJf6ZoKqViTe3MwXy5DgHlCr0IjNsOtUbZkW8vQ9xLm2Rt7HsWbY4pTg"
	return &classify.Type{
		ID:          "7ff41bd0-5419-4523-91d6-383b3a37f084",
		Name:        "Azure Storage Account Key (Generic)",
		Description: "Keys of Azure storage accounts outside connection strings, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryCredential,
		Recommended: 85,
		Words:       []string{"azure", "storage account", "storage account key", "storage key", "account key", "accountkey", "storageaccountkey", "blob storage", "azure_storage_key", "primary key", "secondary key"},
		Rules: []classify.Rule{{
			Shape: classify.Token{Len: 86},
			Check: func(c *classify.Candidate) bool {
				before := strings.ToLower(c.Text[:c.Start])
				if !strings.HasPrefix(c.Text[c.End:], "==") || c.Before() == '-' || strings.HasSuffix(before, "accountkey=") {
					return false // a hash, which names itself in front, or a setting's value
				}
				c.End += 2
				raw, err := base64.StdEncoding.DecodeString(c.Match())
				return err == nil && len(raw) == 64 && !placeholder(c.Match()) && entropy(c.Match()) >= 4.5
			},
			Strength: classify.Structure,
			With:     85,
		}},
		Value:  verbatim,
		Finds:  []classify.Sample{{Text: "Azure storage key\n" + key + "==", Match: key + "==", Confidence: 85}},
		Leaves: []string{key + "==", "azure " + key, "azure storage sha512-" + key + "=="},
	}
}

// googleServiceAccount is the file that Google Cloud makes for the key of a
// service account (Google Cloud, Create and delete service account keys).
func googleServiceAccount() *classify.Type {
	const id = "3f9a1c7e5b2d8046af31c97e0b5d28463f9a1c7e"
	return &classify.Type{
		ID:          own("google-service-account-key"),
		Name:        "Google Cloud Service Account Key",
		Description: "Key files of Google Cloud's service accounts, by the number of the key.",
		Publisher:   publisher,
		Category:    classify.CategoryCredential,
		Recommended: 85,
		Rules: []classify.Rule{{
			Shape:    classify.Word{Starts: []string{"private_key_id"}, Min: 14, Max: 14, Before: 200, After: 200},
			Check:    googleServiceAccountCheck,
			Strength: classify.Structure,
			Alone:    85,
			With:     85,
		}},
		Value: verbatim,
		Finds: []classify.Sample{
			{Text: "{\n  \"type\": \"service_account\",\n  \"project_id\": \"north\",\n  \"private_key_id\": \"" + id + "\",\n  \"private_key\": \"", Match: id, Confidence: 85},
			{Text: `{"private_key_id":"` + id + `","type":"service_account"}`, Match: id, Confidence: 85},
		},
		Leaves: []string{`{"private_key_id": "` + id + `"}`, `{"type": "service_account", "private_key_id": ""}`, `{"type": "service_account", "private_key_id": "your-private-key-id"}`},
	}
}

func googleServiceAccountCheck(c *classify.Candidate) bool {
	rest := strings.TrimLeft(c.Text[c.End:], "\\\": \t")
	n := 0
	for n < len(rest) && isHex(rest[n]) {
		n++
	}
	if n != 40 || placeholder(rest[:n]) || entropy(rest[:n]) < 3 || !strings.Contains(c.Text, "service_account") {
		return false
	}
	c.Start = len(c.Text) - len(rest)
	c.End = c.Start + n
	return true
}
