package api

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
)

//go:embed assets
var assetFiles embed.FS

// asset is a file as it is served: whole, compressed once, and named by its content.
type asset struct {
	kind    string // content type
	body    []byte
	gzipped []byte
	version string // of the content, for ?v=
}

// assetKinds are the files that are served; what else lies in the directory is not.
var assetKinds = map[string]string{
	".js":  "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8",
	".ts":  "text/plain; charset=utf-8", // browsers know no other type for it
}

// assets holds the served files by name.
var assets = sync.OnceValue(func() map[string]asset {
	files, err := assetFiles.ReadDir("assets")
	if err != nil {
		panic(err)
	}
	all := map[string]asset{}
	for _, f := range files {
		kind := assetKinds[path.Ext(f.Name())]
		if kind == "" {
			continue
		}
		body, err := assetFiles.ReadFile("assets/" + f.Name())
		if err != nil {
			panic(err)
		}
		all[f.Name()] = newAsset(kind, body)
	}
	return all
})

func newAsset(kind string, body []byte) asset {
	sum := sha256.Sum256(body)
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // fails on an unknown level only
	z.Write(body)                                         // a buffer takes everything
	z.Close()
	return asset{kind: kind, body: body, gzipped: b.Bytes(), version: hex.EncodeToString(sum[:6])}
}

// versioned gives an address of an asset that changes when its content does, so that browsers may keep it for ever.
func versioned(address, name string) string { return address + "?v=" + assets()[name].version }

// How long browsers keep an asset: for ever under the address of its version, a few minutes under the plain one, which is what
// other sites embed.
const (
	keepForEver = "public, max-age=31536000, immutable"
	keepShortly = "public, max-age=300"
)

// asset writes an asset, compressed where the browser takes it, or 304 where it has it already.
func (c *call) asset(a asset, cache string) raw {
	if v := c.f.Query("v"); v != "" && v == a.version {
		cache = keepForEver
	}
	etag := `"` + a.version + `"`
	out := raw{status: http.StatusOK, kind: a.kind, body: a.body, headers: map[string]string{
		fiber.HeaderCacheControl: cache, fiber.HeaderVary: fiber.HeaderAcceptEncoding,
	}}
	if takesGzip(c.f.Get(fiber.HeaderAcceptEncoding)) {
		out.body, out.headers[fiber.HeaderContentEncoding] = a.gzipped, "gzip"
		etag = `"` + a.version + `-gzip"`
	}
	out.headers[fiber.HeaderETag] = etag
	if strings.Contains(c.f.Get(fiber.HeaderIfNoneMatch), etag) {
		out.status, out.body = http.StatusNotModified, nil
		delete(out.headers, fiber.HeaderContentEncoding)
	}
	return out
}

// takesGzip reads Accept-Encoding (RFC 9110 section 12.5.3) as far as it matters here.
func takesGzip(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			return strings.Trim(strings.ReplaceAll(q, " ", ""), "0.") != "q="
		}
	}
	return false
}

// getWidget serves the script that pages of any origin embed.
func (c *call) getWidget() (any, error) {
	out := c.asset(assets()["widget.js"], keepShortly)
	out.headers[fiber.HeaderAccessControlAllowOrigin] = "*" // so that pages can pin it with integrity=
	out.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
	return out, nil
}

func (c *call) getWidgetTypes() (any, error) {
	return c.asset(assets()["widget.d.ts"], keepShortly), nil
}

// getAsset serves what our own pages are made of.
func (c *call) getAsset() (any, error) {
	a, ok := assets()[c.f.Params("file")]
	if !ok {
		return nil, notFound()
	}
	return c.asset(a, keepShortly), nil
}
