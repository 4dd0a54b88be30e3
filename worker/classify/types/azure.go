package types

import (
	"encoding/base64"
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// An azureKey is a setting of a connection string whose value is Base64.
type azureKey struct {
	id, name string
	setting  string // in small letters, in front of the '='
	bytes    int    // that the Base64 stands for
	near     string // must stand in the text before, in small letters; empty for no condition
	sample   string // in front of the key
}

// azureKeys are the keys of Azure's services, as their connection strings have
// them (Microsoft Learn, Configure Azure Storage connection strings and the like).
var azureKeys = []azureKey{
	{id: "c7bc98e8-551a-4c35-a92d-d2c8cda714a7", name: "Azure Storage Account Key", setting: "accountkey", bytes: 64, near: "accountname=", sample: "DefaultEndpointsProtocol=https;AccountName=north;AccountKey="},
	{id: "0f587d92-eb28-44a9-bd1c-90f2892b47aa", name: "Azure DocumentDB Auth Key", setting: "accountkey", bytes: 64, near: "documents.azure.com", sample: "AccountEndpoint=https://north.documents.azure.com:443/;AccountKey="},
	{id: "b9a6578f-a83f-4fcd-bf44-2130bae49a6f", name: "Azure Service Bus Connection String", setting: "sharedaccesskey", bytes: 32, near: "servicebus.windows.net", sample: "Endpoint=sb://north.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey="},
	{id: "0b34bec3-d5d6-4974-b7b0-dcdb5c90c29d", name: "Azure IoT Connection String", setting: "sharedaccesskey", bytes: 32, near: "azure-devices.net", sample: "HostName=north.azure-devices.net;SharedAccessKeyName=owner;SharedAccessKey="},
	{id: "095a7e6c-efd8-46d5-af7b-5298d53a49fc", name: "Azure Redis Cache Connection String", setting: "password", bytes: 32, near: "redis.cache.windows.net", sample: "north.redis.cache.windows.net:6380,password="},
}

// azureSecrets are the keys and passwords of Azure's services. Those of
// azureKeys are found by the '=' in front of them.
func azureSecrets() []*classify.Type {
	ts := append(connectionStrings(), azureSAS(), azureStorageKey())
	for _, k := range azureKeys {
		raw := make([]byte, k.bytes)
		for i := range raw {
			raw[i] = byte(i*i*7 + 41*i + 13)
		}
		key := base64.StdEncoding.EncodeToString(raw)
		ts = append(ts, &classify.Type{
			ID:          k.id,
			Name:        k.name,
			Description: "Keys in connection strings: " + k.name + ".",
			Publisher:   publisher,
			Category:    classify.CategoryCredential,
			Recommended: 85,
			Rules: []classify.Rule{{
				Shape:    classify.Around{Byte: '=', Before: 200, After: 100, Ends: lasts(k.setting)},
				Check:    k.found,
				Strength: classify.Structure,
				Alone:    85,
				With:     85,
			}},
			Value:  verbatim,
			Finds:  []classify.Sample{{Text: k.sample + key, Match: key, Confidence: 85}},
			Leaves: []string{k.sample, k.sample + "changeme", "Other=" + key, k.sample + strings.Repeat("A", len(key))},
		})
	}
	return ts
}

func (k *azureKey) found(c *classify.Candidate) bool {
	at := c.Start - len(k.setting)
	n := (k.bytes + 2) / 3 * 4
	if at < 0 || c.End+n > len(c.Text) || c.Text[c.Start-1]|0x20 != k.setting[len(k.setting)-1] || !strings.EqualFold(c.Text[at:c.Start], k.setting) {
		return false
	}
	key := c.Text[c.End : c.End+n]
	for i := range len(key) - 2 {
		if !keyByte(key[i]) || key[i] == '=' {
			return false
		}
	}
	if key[n-1] != '=' || k.bytes%3 == 1 && key[n-2] != '=' || placeholder(key) || entropy(key) < 4 || !containsFold(c.Text[:at], k.near) {
		return false
	}
	c.Start, c.End = c.End, c.End+n
	return true
}

// containsFold reports whether s contains small, which is in small letters.
func containsFold(s, small string) bool {
	for i := 0; i+len(small) <= len(s); i++ {
		if s[i]|0x20 == small[0]|0x20 && strings.EqualFold(s[i:i+len(small)], small) {
			return true
		}
	}
	return false
}
