// Package config reads the settings of luodi: defaults, then the settings file,
// then LUODI_* environment variables, then flags; the later wins. A setting is
// one row of the table in settings.go, which all four share.
//
// A secret may stand in a file of its own: NAME_FILE instead of NAME, in the
// environment and in the settings file, as container platforms mount secrets.
package config

import (
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"luodi/internal/fault"
)

// EmbeddedEngine is the value of Config.Engine for the server inside the process.
const EmbeddedEngine = "embedded"

// Config is what luodi was told.
type Config struct {
	DataDir       string // folder of the SQLite files
	BlobDir       string // folder of attachments and documents; see Blobs
	Admission     string // rule book of the admission score; empty: the built-in one; "none"
	Templates     string // folder of review templates; empty: the built-in one
	Ranking       string // rule book that ranks in bulletins; empty: the built-in one; "none"
	Campaigns     string // file of campaigns; empty: the built-in ones
	Cutoff        int    // day of the month on which bulletins are cut off; 0: its last
	ProgressBy    string // how bulletins count the share of the year: months or days
	Listen        string // HOST:PORT; port 0 takes a free one
	Engine        string // EmbeddedEngine, or HOST:PORT of a Temporal frontend
	EngineTLS     TLS
	EngineAPIKey  Secret // bearer key of the Temporal cluster; needs TLS
	Namespace     string // Temporal namespace
	Database      Database
	Demo          bool   // demonstration data and accounts with published passwords
	AdminPassword Secret // of the first administrator, at the first start without Demo
	BallotKey     Secret // seals secret ballots; empty: a file in DataDir, if that's used
	LogLevel      slog.Level
	OfficeEnd     TimeOfDay     // when a deadline falls on its day, Asia/Shanghai
	SecureCookies bool          // session cookie over HTTPS only; set it behind TLS
	DrainTimeout  time.Duration // how long a stop waits for what is under way
	SweepEvery    time.Duration // how often processes are looked at whose stream is ahead
}

// Blobs is the folder of attachments and documents: one of its own, or inside the data folder.
func (c Config) Blobs() string {
	if c.BlobDir != "" {
		return c.BlobDir
	}
	return filepath.Join(c.DataDir, "blobs")
}

// TLS names PEM files for the connection to a Temporal cluster.
type TLS struct {
	Enabled    bool
	CAFile     string // of a private authority
	CertFile   string // with KeyFile: our certificate, where the cluster asks for one
	KeyFile    string
	ServerName string // when the certificate isn't made out to the address
}

// TimeOfDay is hours and minutes on the office clock.
type TimeOfDay struct{ Hour, Minute int }

// problem is one thing wrong with the setting of that key.
type problem struct{ key, message string }

// Validate checks settings against each other and against what can be. The error
// is a fault.Invalid with code settings_invalid; Details name every wrong setting.
func (c Config) Validate() error { return refuse(c.problems(), nil) }

// Warnings are combinations that are allowed and deserve a line in the log.
func (c Config) Warnings() []string {
	if !c.SecureCookies && !loopback(c.Listen) {
		return []string{"secure_cookies 未开启,而监听地址可从其他机器访问:会话 Cookie 会在明文连接上传输。请在反向代理上启用 HTTPS 并设 secure_cookies: true"}
	}
	return nil
}

var namespacePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$`)

func (c Config) problems() []problem {
	checks := []struct {
		key     string
		bad     bool
		message string
	}{
		{"data", c.DataDir == "", "不能为空"},
		{"listen", !address(c.Listen, true), "应为 主机:端口,端口0至65535(0表示任取空闲端口)"},
		{"listen", c.Demo && address(c.Listen, true) && !loopback(c.Listen), "演示模式(demo)的账号口令是公开的,只能监听本机回环地址,如 127.0.0.1:8080"},
		{"engine", c.Engine != EmbeddedEngine && !address(c.Engine, false), "应为 embedded 或 主机:端口"},
		{"namespace", !namespacePattern.MatchString(c.Namespace), "应以字母或数字开头,只含字母、数字和 . _ -,不超过200个字符"},
		{"engine_tls", c.EngineTLS.Enabled && c.Engine == EmbeddedEngine, "内置引擎不使用 TLS;请同时设置 engine 为 主机:端口"},
		{"engine_tls", !c.EngineTLS.Enabled && c.EngineTLS != TLS{}, "给出了 TLS 证书或名称,却没有开启 engine_tls"},
		{"engine_tls_cert_file", (c.EngineTLS.CertFile == "") != (c.EngineTLS.KeyFile == ""), "engine_tls_cert_file 与 engine_tls_key_file 须成对给出"},
		{"engine_api_key", !c.EngineAPIKey.Empty() && !c.EngineTLS.Enabled, "须同时开启 engine_tls,否则密钥会以明文传输"},
		{"ballot_key", !c.BallotKey.Empty() && len(c.BallotKey.Reveal()) < 32, "应不少于32个字符,且须随机生成"},
		{"drain_timeout", c.DrainTimeout <= 0 || c.DrainTimeout > time.Minute, "应大于0且不超过1m"},
		{"sweep_every", c.SweepEvery < time.Second || c.SweepEvery > time.Hour, "应在1s至1h之间"},
	}
	var found []problem
	for _, check := range checks {
		if check.bad {
			found = append(found, problem{check.key, check.message})
		}
	}
	return found
}

// address reports whether text is HOST:PORT. A listener may leave out the host
// (every interface) and may ask for port 0.
func address(text string, listener bool) bool {
	host, port, err := net.SplitHostPort(text)
	if err != nil || strings.ContainsAny(host, " /\t") {
		return false
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && (listener || host != "" && n > 0)
}

// loopback reports whether only this machine can connect to the address.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// refuse makes one error of all problems; origins says where a setting came from.
func refuse(problems []problem, origins map[string]string) error {
	if len(problems) == 0 {
		return nil
	}
	bad := fault.New(fault.Invalid, "settings_invalid", "设置有误")
	for _, p := range problems {
		if origin := origins[p.key]; origin != "" {
			p.message += "(来自" + origin + ")"
		}
		bad = bad.With(p.key, "setting_invalid", p.message)
	}
	return bad
}
