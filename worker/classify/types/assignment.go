package types

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// An assigner finds secrets by the names they are given: a name, '=' or ':', and
// a value that somebody could have made up or drawn.
type assigner struct {
	names []string          // in small letters, without '_' and '-'; a longer name may end in one
	taken func(string) bool // whether a value is a secret
}

// closing is what may stand between a name and the sign behind it.
const closing = " \t\"'`]:"

// separators are what may stand within a name.
const separators = "_- "

// passwords are what people choose, secrets what machines draw.
var (
	passwordNames = assigner{
		names: []string{
			"password", "passwd", "passwort", "pwd", "passphrase", "passcode", "kennwort", "motdepasse", "mdp", "contrasena", "contraseña", "clave", "senha",
			"wachtwoord", "lösenord", "losenord", "salasana", "heslo", "haslo", "hasło", "parola", "пароль", "密码", "パスワード", "비밀번호",
		},
		taken: chosen,
	}
	secretNames = assigner{
		names: []string{"secret", "apikey", "secretkey", "accesstoken", "authtoken", "clientsecret", "apitoken", "refreshtoken", "privatetoken", "apisecret", "encryptionkey", "signingkey"},
		taken: drawn,
	}
)

// passwordAssignment is a password or another secret in a configuration, in code,
// in a form or in a letter: its name, '=' or ':', and its value.
func passwordAssignment() *classify.Type {
	ends := lasts(slices.Concat(passwordNames.names, secretNames.names)...)
	for _, end := range ends {
		for _, separator := range separators {
			ends = append(ends, string(separator)+end[1:])
		}
	}
	ends = append(ends, strings.Split(closing, "")...)
	rule := func(sign byte) classify.Rule {
		return classify.Rule{
			Shape:    classify.Around{Byte: sign, Before: 40, After: 160, Ends: ends},
			Check:    func(c *classify.Candidate) bool { return passwordNames.found(c) || secretNames.found(c) },
			Strength: classify.Form,
			Alone:    65,
			With:     75,
		}
	}
	return &classify.Type{
		ID:          own("password-assignment"),
		Name:        "Password Assignment",
		Description: "Passwords and other secrets that stand behind their name, as in configurations, code and forms.",
		Publisher:   publisher,
		Category:    classify.CategoryCredential,
		Recommended: 75,
		Proximity:   100,
		Words: []string{
			"username", "user name", "user", "login", "log in", "logon", "credentials", "credential", "account", "db_user", "userid", "user id", "benutzer", "benutzername",
			"anmeldung", "zugangsdaten", "utilisateur", "identifiant", "usuario", "usuário", "utente", "gebruiker", "användare", "логин", "пользователь", "用户名", "ユーザー名", "사용자",
		},
		Rules: []classify.Rule{rule('='), rule(':')},
		Value: verbatim,
		Finds: []classify.Sample{
			{Text: "user=app\npassword=tr0ub4dor&3\n", Match: "tr0ub4dor&3", Confidence: 75},
			{Text: `"db_password": "c0rrect-Horse!"`, Match: "c0rrect-Horse!", Confidence: 65},
			{Text: "Username: ann, Password: Sommer2019!", Match: "Sommer2019!", Confidence: 75},
			{Text: "Kennwort: blauer7Hund", Match: "blauer7Hund", Confidence: 65},
			{Text: "<password>Gr33n-Tea</password> PWD='Gr33n-Tea'", Match: "Gr33n-Tea", Confidence: 65},
			{Text: "client_secret = 'Zk3vQ9xLm2Rt7HsWbY4pTnCd'", Match: "Zk3vQ9xLm2Rt7HsWbY4pTnCd", Confidence: 65},
			{Text: "пароль: vesna2024x", Match: "vesna2024x", Confidence: 65},
		},
		Leaves: []string{
			"password = getPassword1()", "password: string", "password=${DB_PASSWORD1}", `password: "changeme1"`, "password=your-password1", "password: ********",
			"password = os.environ['PW1']", "password: 12345678", "Password: required", "password=example123", "pwd: /home/ann1", "password = aaaaaaa1",
			"secret: 9f86d081884c7d659a2feaa0c55ad015", "secret: 123e4567-e89b-42d3-a456-426614174000", "password == stored1x", "password_length: 12abc34",
			"let password=e.target.v1", "password:t1,u:2", "passwords: abc12345", "the password: it must have 8 characters", "api_key: abcdefghijklmnop1234",
			"password: process.env.PASS1",
		},
	}
}

func (a *assigner) found(c *classify.Candidate) bool {
	rest := c.Text[c.End:]
	if rest == "" || rest[0] == '=' || rest[0] == ':' || !a.named(c.Text[:c.Start]) {
		return false
	}
	rest = strings.TrimPrefix(rest, ">") // "=>"
	rest = strings.TrimLeft(rest, " \t")
	value := rest
	if rest == "" {
		return false
	}
	if i := strings.IndexByte("\"'`", rest[0]); i >= 0 {
		end := strings.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return false
		}
		value = rest[1 : 1+end]
	} else if end := strings.IndexAny(rest, " \t\r\n;,\"'<"); end >= 0 {
		value = strings.TrimRight(rest[:end], ".)")
	}
	if !a.taken(value) {
		return false
	}
	c.Start = len(c.Text) - len(rest) + strings.Index(rest, value)
	c.End = c.Start + len(value)
	return true
}

// named reports whether before ends in one of the names, behind which quotes,
// brackets and spaces may close.
func (a *assigner) named(before string) bool {
	end := len(before)
	for end > 0 && strings.IndexByte(closing, before[end-1]) >= 0 {
		end--
	}
	return slices.ContainsFunc(a.names, func(name string) bool { return endsInName(before[:end], name) })
}

// endsInName reports whether s ends in name, in any case and with any of the
// separators a name may have.
func endsInName(s, name string) bool {
	i := len(s)
	for k := len(name) - 1; k >= 0; k-- {
		for k < len(name)-1 && i > 0 && strings.IndexByte(separators, s[i-1]) >= 0 {
			i--
		}
		if i == 0 || lower(s[i-1]) != name[k] {
			return false
		}
		i--
	}
	return true
}

// chosen reports whether somebody may have chosen s for a password: letters
// with digits or signs among them, and nothing that programs write for a value
// that stands elsewhere.
func chosen(s string) bool {
	if len(s) < 6 || len(s) > 64 || unfilled(s) || strings.ContainsAny(s, "(){}[]<>\\") || programText(s) || hashed(s) || !spread(s) {
		return false
	}
	letters, others := 0, 0
	for _, b := range []byte(s) {
		switch {
		case b <= ' ':
			return false
		case b|0x20 >= 'a' && b|0x20 <= 'z':
			letters++
		default:
			others++
		}
	}
	return letters > 0 && others > 0
}

// drawn reports whether a machine drew s: long, and of many characters.
func drawn(s string) bool {
	return len(s) >= 16 && len(s) <= 128 && entropy(s) >= 3.5 && !unfilled(s) && !hashed(s) && !programText(s) &&
		strings.ContainsAny(s, decimals) && strings.Trim(s, decimals+capitals+"abcdefghijklmnopqrstuvwxyz+/=_-.~") == ""
}

// programText reports whether s is a piece of a program: a path, or names with dots
// between them.
func programText(s string) bool {
	if strings.IndexByte("/.~$%@&", s[0]) >= 0 || strings.Contains(s, "::") || strings.Contains(s, "->") {
		return true
	}
	names := 0
	for name := range strings.SplitSeq(s, ".") {
		if name == "" || name[0] >= '0' && name[0] <= '9' {
			return false
		}
		for _, b := range []byte(name) {
			if !wordByte(b) {
				return false
			}
		}
		names++
	}
	return names > 1
}

// hashed reports whether s is a hash or a UUID: they stand for things, and
// those who keep passwords keep the hash.
func hashed(s string) bool {
	hex := strings.ReplaceAll(s, "-", "")
	for _, b := range []byte(hex) {
		if !isHex(b) {
			return strings.HasPrefix(s, "$2") || strings.HasPrefix(s, "sha256") || strings.HasPrefix(s, "sha512")
		}
	}
	return len(hex) >= 16
}

// spread reports whether s has more than three characters and is no plain sequence.
func spread(s string) bool {
	rising := 0
	for i := 1; i < len(s); i++ {
		if s[i] == s[i-1]+1 {
			rising++
		}
	}
	return entropy(s) >= 2 && rising < len(s)-2
}

// authorizationHeader is the header of RFC 9110, section 11.6.2, with the
// credentials of one of the registered schemes that carry them.
func authorizationHeader() *classify.Type {
	return &classify.Type{
		ID:          own("http-authorization-header"),
		Name:        "HTTP Authorization Header",
		Description: "Credentials in the Authorization headers of HTTP requests.",
		Publisher:   publisher,
		Category:    classify.CategoryCredential,
		Recommended: 75,
		Words:       []string{"http", "https", "header", "headers", "request", "curl", "host", "user-agent", "accept", "content-type", "api", "get", "post"},
		Rules: []classify.Rule{{
			Shape:    classify.Word{Starts: []string{"Authorization", "authorization", "AUTHORIZATION"}, Min: 13, Max: 13, Before: 6, After: 2 << 10},
			Check:    authorizationCheck,
			Strength: classify.Form,
			Alone:    65,
			With:     75,
		}},
		Value: verbatim,
		Finds: []classify.Sample{
			{Text: "Authorization: Basic YW5uOnRyMHViNGRvcg==", Match: "YW5uOnRyMHViNGRvcg==", Confidence: 65},
			{Text: `curl -H "Authorization: Bearer Zk3vQ9xLm2Rt7HsWbY4pTnCd8Gf" x`, Match: "Zk3vQ9xLm2Rt7HsWbY4pTnCd8Gf", Confidence: 75},
			{Text: `{"authorization": "token Zk3vQ9xLm2Rt7HsWbY4pTnCd8Gf"}`, Match: "Zk3vQ9xLm2Rt7HsWbY4pTnCd8Gf", Confidence: 65},
		},
		Leaves: []string{
			"Authorization: Bearer <token>", "Authorization: Bearer $TOKEN", "Authorization: Bearer YOUR_ACCESS_TOKEN_HERE", "Authorization: Basic dXNlcjpwYXNzd29yZA==",
			"Authorization: Bearer xxxxxxxxxxxxxxxxxxxx", "Authorization: Basic notbase64!", "Authorization is needed", "Authorization: required by the owner",
		},
	}
}

func authorizationCheck(c *classify.Candidate) bool {
	rest := strings.TrimLeft(c.Text[c.End:], "\"'")
	if rest == "" || rest[0] != ':' && rest[0] != '=' && rest[0] != ',' {
		return false
	}
	rest = strings.TrimLeft(rest[1:], " \t\"'`")
	scheme, value, ok := strings.Cut(rest, " ")
	if !ok || len(scheme) > 10 {
		return false
	}
	n := 0
	for n < len(value) && (keyByte(value[n]) || strings.IndexByte("-._~", value[n]) >= 0) {
		n++
	}
	secret := strings.TrimRight(value[:n], ".")
	switch strings.ToLower(scheme) {
	case "basic":
		raw, err := base64.StdEncoding.DecodeString(secret)
		_, password, ok := strings.Cut(string(raw), ":")
		if err != nil || !ok || password == "" || unfilled(password) {
			return false
		}
	case "bearer", "token", "apikey", "bot", "key":
		if len(secret) < 16 || unfilled(secret) || entropy(secret) < 3 || !strings.ContainsAny(secret, decimals) {
			return false
		}
	default:
		return false
	}
	c.Start = len(c.Text) - len(value)
	c.End = c.Start + len(secret)
	return true
}
