package blob

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"strconv"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/encrypt"
)

const (
	// S3 takes at most 10,000 parts, of at least 5 MiB. A blob on its way
	// there takes about three times this much memory.
	partSize    = 5 << 20
	partsAtOnce = 2

	// attempts is how often a request is sent that the service did not answer.
	attempts = 3
)

// amazon is where S3 is by default; the client finds the region's host itself.
const amazon = "https://s3.amazonaws.com"

// An s3 is a bucket.
type s3 struct {
	core           minio.Core
	bucket, prefix string
	sse            encrypt.ServerSide
}

func openS3(ctx context.Context, u *url.URL) (*Store, error) {
	q := u.Query()
	take := func(key string) string {
		defer q.Del(key)
		return q.Get(key)
	}
	var wrong []error
	is := func(key string) bool {
		v, err := strconv.ParseBool(cmp.Or(take(key), "false"))
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s must be true or false", key))
		}
		return v
	}
	o := &minio.Options{
		Creds: credentials.NewChainCredentials([]credentials.Provider{
			&credentials.EnvAWS{},
			&credentials.FileAWSCredentials{Profile: take("profile")},
			&credentials.IAM{},
		}),
		Region:       cmp.Or(take("region"), os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION")),
		BucketLookup: minio.BucketLookupDNS,
		MaxRetries:   attempts,
	}
	if is("use_path_style") {
		o.BucketLookup = minio.BucketLookupPath
	}
	endpoint, err := url.Parse(cmp.Or(take("endpoint"), amazon))
	if err != nil || endpoint.Host == "" || endpoint.Scheme != "http" && endpoint.Scheme != "https" || endpoint.User != nil {
		wrong = append(wrong, errors.New("endpoint must be an http or https URL"))
	}
	place := &s3{bucket: u.Host, prefix: take("prefix")}
	switch kind, key := take("ssetype"), take("kmskeyid"); kind {
	case "":
	case "AES256":
		place.sse = encrypt.NewSSE()
	case "aws:kms":
		place.sse, err = encrypt.NewSSEKMS(key, nil)
		wrong = append(wrong, err)
	default:
		wrong = append(wrong, errors.New("ssetype must be AES256 or aws:kms"))
	}
	accelerate, dualstack := is("accelerate"), is("dualstack")
	for key := range q {
		wrong = append(wrong, fmt.Errorf("the query has an unknown parameter %q", key))
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	o.Secure = endpoint.Scheme == "https"
	c, err := minio.New(endpoint.Host, o)
	if err != nil {
		return nil, err
	}
	c.SetS3EnableDualstack(dualstack)
	if accelerate {
		c.SetS3TransferAccelerate("s3-accelerate.amazonaws.com")
	}
	place.core = minio.Core{Client: c}
	switch ok, err := c.BucketExists(ctx, place.bucket); {
	case err != nil:
		return nil, err
	case !ok:
		return nil, errors.New("there is no such bucket")
	}
	return &Store{place}, nil
}

func (s *s3) put(ctx context.Context, name string, r io.Reader) (int64, error) {
	o := minio.PutObjectOptions{
		ContentType:           "application/octet-stream",
		PartSize:              partSize,
		NumThreads:            partsAtOnce,
		ConcurrentStreamParts: true,
		// The signature covers the MD5 sum and so what is sent. It is not mixed
		// with the body, which few services but Amazon's take from a plain URL.
		SendContentMd5:       true,
		DisableContentSha256: true,
		ServerSideEncryption: s.sse,
	}
	// What fits into one part needs one request, not the three of an upload in
	// parts.
	var first bytes.Buffer
	size, err := io.CopyN(&first, r, partSize)
	switch {
	case err == io.EOF:
		_, err = s.core.Client.PutObject(ctx, s.bucket, s.prefix+name, bytes.NewReader(first.Bytes()), size, o)
		return size, err
	case err != nil:
		return 0, err
	}
	sent, err := s.core.Client.PutObject(ctx, s.bucket, s.prefix+name, io.MultiReader(&first, r), -1, o)
	return sent.Size, err
}

func (s *s3) size(ctx context.Context, name string) (int64, error) {
	o, err := s.core.StatObject(ctx, s.bucket, s.prefix+name, minio.StatObjectOptions{})
	return o.Size, notFound(err)
}

func (s *s3) read(ctx context.Context, name string, off int64, p []byte) error {
	var o minio.GetObjectOptions
	if err := o.SetRange(off, off+int64(len(p))-1); err != nil {
		return err
	}
	r, _, _, err := s.core.GetObject(ctx, s.bucket, s.prefix+name, o)
	if err != nil {
		return notFound(err)
	}
	defer r.Close()
	_, err = io.ReadFull(r, p)
	return err
}

func (s *s3) delete(ctx context.Context, name string) error {
	return notFound(s.core.RemoveObject(ctx, s.bucket, s.prefix+name, minio.RemoveObjectOptions{}))
}

func (s *s3) list(ctx context.Context) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		for o := range s.core.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.prefix, Recursive: true}) {
			if !yield(entry{o.Key[min(len(s.prefix), len(o.Key)):], o.LastModified}, o.Err) || o.Err != nil {
				return
			}
		}
	}
}

// notFound says that an object is not there as place does.
func notFound(err error) error {
	if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
		return fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	return err
}
