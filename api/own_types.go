package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/jobs/tenants"
)

const (
	// maxSample is how many bytes the sample of a test may have: it is scanned
	// while the caller waits, in the process that answers all others.
	maxSample = 64 << 10

	// maxMerges is how often a change without If-Match starts anew because
	// another one came first.
	maxMerges = 5
)

var (
	errNoOwnTypes = &problem{status: http.StatusForbidden, code: "readOnlyType", message: "this service has no place for sensitive types of your own"}
	errBuiltIn    = &problem{status: http.StatusForbidden, code: "readOnlyType", message: "a built-in sensitive type cannot be changed"}
)

func (a *api) createType(w http.ResponseWriter, r *http.Request) error {
	body, err := a.readJSON(w, r, a.maxTextBody())
	if err != nil {
		return err
	}
	t, err := wire.ParseSensitiveType(body)
	if err != nil {
		return err
	}
	if t.ID == "" {
		t.ID = uuid.NewString()
	}
	if _, ok := a.catalogue.Lookup(t.ID); ok {
		return tenants.ErrTaken
	}
	callOf(r).target = t.ID
	ctx, cancel := a.within(r)
	defer cancel()
	status := http.StatusCreated
	made, err := a.putType(ctx, r, t, tenants.New)
	if errors.Is(err, tenants.ErrTaken) {
		// The same again is a client that did not hear our answer.
		if made, err = a.sameType(ctx, r, t); err == nil {
			status = http.StatusOK
		}
	}
	if err != nil {
		return err
	}
	w.Header().Set("Location", a.link(r, "sensitiveTypes", made.ID))
	a.writeType(w, r, status, *made, nil)
	return nil
}

func (a *api) changeType(w http.ResponseWriter, r *http.Request) error {
	body, err := a.readJSON(w, r, a.maxTextBody())
	if err != nil {
		return err
	}
	match, err := ifMatch(r.Header)
	if err != nil {
		return err
	}
	if _, ok := a.catalogue.Lookup(typeID(r)); ok {
		return errBuiltIn
	}
	for range maxMerges {
		var t *wire.SensitiveType
		if t, err = a.mergeType(r, match, body); err == nil {
			a.writeType(w, r, http.StatusOK, *t, nil)
			return nil
		}
		if match != "" || !errors.Is(err, tenants.ErrChanged) {
			return err
		}
	}
	return err
}

// mergeType changes the type that the path names, if it is still at match and
// no other change comes in between.
func (a *api) mergeType(r *http.Request, match string, body []byte) (*wire.SensitiveType, error) {
	ctx, cancel := a.within(r)
	defer cancel()
	t, err := a.ownType(r, typeID(r))
	if err != nil {
		return nil, err
	}
	version, err := typeVersion(t.ETag)
	if err != nil {
		return nil, err
	}
	if match != "" && match != "*" && match != t.ETag {
		return nil, tenants.ErrChanged
	}
	if err := t.Change(body); err != nil {
		return nil, err
	}
	return a.putType(ctx, r, t, version)
}

func (a *api) deleteType(w http.ResponseWriter, r *http.Request) error {
	match, err := ifMatch(r.Header)
	if err != nil {
		return err
	}
	id := typeID(r)
	if _, ok := a.catalogue.Lookup(id); ok {
		return errBuiltIn
	}
	if a.tenants == nil {
		return tenants.ErrNotFound
	}
	version := tenants.Any
	if match != "" && match != "*" {
		if version, err = typeVersion(match); err != nil {
			return err
		}
	}
	ctx, cancel := a.within(r)
	defer cancel()
	if err := a.tenants.Drop(ctx, callOf(r).Tenant, id, version); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// testType tries a type on a sample and stores nothing.
func (a *api) testType(w http.ResponseWriter, r *http.Request) error {
	body, err := a.readJSON(w, r, a.maxTextBody())
	if err != nil {
		return err
	}
	test, err := wire.ParseSensitiveTypeTest(body, maxSample)
	if err != nil {
		return err
	}
	t := test.SensitiveType
	t.ID = uuid.Nil.String()
	if err := a.catalogue.Check(t); err != nil {
		if e, ok := errors.AsType[*wire.InvalidError](err); ok {
			e.Target = "sensitiveType." + e.Target
		}
		return err
	}
	ctx, cancel := a.within(r)
	defer cancel()
	result, err := a.catalogue.Try(ctx, t, test.Text)
	if errors.Is(err, context.DeadlineExceeded) {
		return badRequest("testTooSlow", "sensitiveType", fmt.Sprintf("the type took longer than %v on this sample", a.deadline))
	}
	if err != nil {
		return err
	}
	a.write(w, r, http.StatusOK, payload(r), result)
	return nil
}

// ownTypes are the types of the caller's own as clients see them.
func (a *api) ownTypes(r *http.Request) ([]wire.SensitiveType, error) {
	if a.tenants == nil {
		return nil, nil
	}
	ctx, cancel := a.within(r)
	defer cancel()
	types, err := a.tenants.Latest(ctx, callOf(r).Tenant)
	if err != nil {
		return nil, err
	}
	out := make([]wire.SensitiveType, len(types.All))
	for i := range types.All {
		t, err := showType(&types.All[i])
		if err != nil {
			return nil, err
		}
		out[i] = *t
	}
	return out, nil
}

// ownType is the caller's own type with an id.
func (a *api) ownType(r *http.Request, id string) (*wire.SensitiveType, error) {
	own, err := a.ownTypes(r)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(own, func(t wire.SensitiveType) bool { return t.ID == id })
	if i < 0 {
		return nil, tenants.ErrNotFound
	}
	return &own[i], nil
}

// putType stores t, which replaces the one at version.
func (a *api) putType(ctx context.Context, r *http.Request, t *wire.SensitiveType, version int64) (*wire.SensitiveType, error) {
	if a.tenants == nil {
		return nil, errNoOwnTypes
	}
	if err := a.catalogue.Check(*t); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(a.catalogue.List(), func(b wire.SensitiveType) bool { return strings.EqualFold(b.Name, t.Name) }) {
		return nil, tenants.ErrNamed
	}
	body, err := t.Definition()
	if err != nil {
		return nil, err
	}
	put, err := a.tenants.Put(ctx, callOf(r).Tenant, tenants.Type{ID: t.ID, Name: t.Name, Body: body}, version)
	if err != nil {
		return nil, err
	}
	return showType(put)
}

// sameType is the type that there is with t's id, if it is t.
func (a *api) sameType(ctx context.Context, r *http.Request, t *wire.SensitiveType) (*wire.SensitiveType, error) {
	types, err := a.tenants.Latest(ctx, callOf(r).Tenant)
	if err != nil {
		return nil, err
	}
	body, err := t.Definition()
	if err != nil {
		return nil, err
	}
	if there, ok := types.Lookup(t.ID); ok && bytes.Equal(there.Body, body) {
		return showType(there)
	}
	return nil, tenants.ErrTaken
}

// showType is a type of a tenant's own as clients see it.
func showType(own *tenants.Type) (*wire.SensitiveType, error) {
	var t wire.SensitiveType
	if err := json.Unmarshal(own.Body, &t); err != nil {
		return nil, fmt.Errorf("type %s: the definition is damaged", own.ID)
	}
	t.ETag = fmt.Sprintf(`W/"%d"`, own.Version)
	t.State = "published"
	t.ClassificationMethod = "patternMatch"
	t.Scope = "fullDocument,partialDocument"
	t.SensitiveTypeSource = "tenant"
	t.LastModified = wire.Time{Time: own.Modified}
	t.ConfidenceLevels = levels(&t)
	return &t, nil
}

// levels are the confidences that a match of t can have, lowest first.
func levels(t *wire.SensitiveType) []int {
	var out []int
	for _, p := range t.Patterns {
		if p.Confidence > 0 {
			out = append(out, p.Confidence)
		}
		if len(t.Evidence) > 0 {
			out = append(out, p.WithConfidence)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// typeVersion is the version that an ETag of ours names. Another's is that of
// no type.
func typeVersion(etag string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimPrefix(etag, `W/"`), `"`), 10, 64)
	if err != nil || n <= 0 {
		return 0, tenants.ErrChanged
	}
	return n, nil
}
