package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"luodi/internal/fault"
)

// files is a file system in memory for Load.
type files map[string]string

func (f files) read(name string) ([]byte, error) {
	if text, ok := f[name]; ok {
		return []byte(text), nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// shown is all that an operator sees of an error.
func shown(err error) string {
	f := fault.From(err)
	lines := []string{f.Error()}
	for _, d := range f.Details {
		lines = append(lines, d.Field+": "+d.Message)
	}
	return strings.Join(lines, "\n")
}

func load(t *testing.T, args, env []string, f files) Config {
	t.Helper()
	c, err := Load(args, env, f.read)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var defaults = Config{
	DataDir: "./luodi-data", Listen: "127.0.0.1:8080", Engine: "embedded", Namespace: "luodi", ProgressBy: "months",
	Database: Database{Kind: SQLite}, LogLevel: slog.LevelInfo, OfficeEnd: TimeOfDay{17, 30},
	DrainTimeout: 10 * time.Second, SweepEvery: 2 * time.Minute,
}

func TestFilesAreInTheDataFolderUnlessToldOtherwise(t *testing.T) {
	for want, args := range map[string][]string{
		"luodi-data/blobs": nil, "/srv/luodi/blobs": {"--data", "/srv/luodi"}, "/mnt/shared": {"--data", "/srv/luodi", "--blobs", "/mnt/shared"},
	} {
		if got := load(t, args, nil, nil).Blobs(); got != want {
			t.Errorf("%v gives %s, want %s", args, got, want)
		}
	}
}

func TestNothingGivenMeansDefaults(t *testing.T) {
	if got := load(t, nil, nil, nil); got != defaults {
		t.Errorf("got %+v", got)
	}
}

func TestLaterSourceWins(t *testing.T) {
	f := files{"l.yaml": "listen: 127.0.0.1:1\nnamespace: of-file\nlog_level: debug\n"}
	got := load(t, []string{"--config", "l.yaml", "--listen=127.0.0.1:3"},
		[]string{"LUODI_LISTEN=127.0.0.1:2", "LUODI_NAMESPACE=of-env", "LUODI_DATA="}, f)
	want := defaults
	want.Listen, want.Namespace, want.LogLevel = "127.0.0.1:3", "of-env", slog.LevelDebug
	if got != want {
		t.Errorf("got %+v", got)
	}
}

func TestEverySettingCanBeGivenInFileAndEnvironment(t *testing.T) {
	texts := map[string]string{
		"data": "/srv/luodi", "blobs": "/mnt/shared", "templates": "/etc/luodi/templates", "admission": "none", "listen": "0.0.0.0:80", "engine": "temporal:7233", "namespace": "city",
		"database": "mysql:u:p@tcp(db:3306)/luodi", "demo": "false", "admin_password": "0123456789",
		"log_level": "warn", "office_end": "18:00", "secure_cookies": "true", "drain_timeout": "5s",
		"sweep_every": "30s", "engine_tls": "true", "engine_tls_ca_file": "ca.pem", "engine_tls_cert_file": "c.pem",
		"engine_tls_key_file": "k.pem", "engine_tls_server_name": "temporal", "engine_api_key": "key",
		"ballot_key": "0123456789abcdef0123456789abcdef", "ranking": "ranking.yaml", "campaigns": "campaigns.yaml", "bulletin_cutoff": "25", "bulletin_progress": "days",
	}
	dsn, err := MySQLDSN("u:p@tcp(db:3306)/luodi")
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		DataDir: "/srv/luodi", BlobDir: "/mnt/shared", Templates: "/etc/luodi/templates", Admission: "none", Ranking: "ranking.yaml", Campaigns: "campaigns.yaml", Cutoff: 25, ProgressBy: "days", Listen: "0.0.0.0:80", Engine: "temporal:7233", Namespace: "city",
		EngineTLS:    TLS{Enabled: true, CAFile: "ca.pem", CertFile: "c.pem", KeyFile: "k.pem", ServerName: "temporal"},
		EngineAPIKey: NewSecret("key"), Database: Database{Kind: MySQL, DSN: NewSecret(dsn)},
		AdminPassword: NewSecret("0123456789"), BallotKey: NewSecret("0123456789abcdef0123456789abcdef"), LogLevel: slog.LevelWarn, OfficeEnd: TimeOfDay{18, 0},
		SecureCookies: true, DrainTimeout: 5 * time.Second, SweepEvery: 30 * time.Second,
	}
	var file strings.Builder
	var env, args []string
	for _, s := range settings {
		text, ok := texts[s.key]
		if !ok {
			t.Fatalf("add %s to this test", s.key)
		}
		fmt.Fprintf(&file, "%s: %s\n", s.key, text)
		env = append(env, s.variable()+"="+text)
		if s.noFlag { // those have no flag to pass them by
			args = append(args, "--config", "l.yaml")
			continue
		}
		args = append(args, "--"+s.flag()+"="+text)
	}
	f := files{"l.yaml": file.String()}
	for name, got := range map[string]Config{
		"file": load(t, nil, []string{"LUODI_CONFIG=l.yaml"}, f), "environment": load(t, nil, env, f), "flags": load(t, args, nil, f),
	} {
		if got != want {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
}

func TestSecretsComeFromFilesOfTheirOwn(t *testing.T) {
	f := files{"/run/key": "k e y\n", "/run/pw": "correct horse\r\n", "l.yaml": "admin_password_file: /run/pw\n"}
	got := load(t, []string{"--engine", "t:7233", "--engine-tls", "--config", "l.yaml"}, []string{"LUODI_ENGINE_API_KEY_FILE=/run/key"}, f)
	if got.EngineAPIKey.Reveal() != "k e y" || got.AdminPassword.Reveal() != "correct horse" {
		t.Errorf("got %q and %q", got.EngineAPIKey.Reveal(), got.AdminPassword.Reveal())
	}
}

func TestYAMLValuesStayAsWritten(t *testing.T) {
	f := files{"l.yaml": "# 本市设置\noffice_end: 08:05 # 早\nadmin_password: 00123456789\nnamespace: 'no'\ndemo: true\n"}
	got := load(t, []string{"--config", "l.yaml"}, nil, f)
	if got.OfficeEnd != (TimeOfDay{8, 5}) || got.AdminPassword.Reveal() != "00123456789" || got.Namespace != "no" || !got.Demo {
		t.Errorf("got %+v, password %q", got, got.AdminPassword.Reveal())
	}
	if empty := load(t, []string{"--config", "e.yaml"}, nil, files{"e.yaml": "# nothing\n"}); empty != defaults {
		t.Errorf("an empty file gives %+v", empty)
	}
}

func TestMistakesAreRefusedAndSayWhere(t *testing.T) {
	for name, c := range map[string]struct {
		args, env []string
		file      string
		want      []string // all in the message
	}{
		"unknown flag":             {args: []string{"--lisen=x"}, want: []string{"-lisen"}},
		"stray argument":           {args: []string{"--demo", "now"}, want: []string{`"now"`}},
		"secret as a flag":         {args: []string{"--admin-password=x"}, want: []string{"admin-password"}},
		"missing file":             {args: []string{"--config=gone.yaml"}, want: []string{"gone.yaml", "--config"}},
		"unknown key":              {file: "listn: x\n", want: []string{"listn", "第1行", "没有这项设置"}},
		"key twice":                {file: "demo: true\ndemo: false\n", want: []string{"demo", "第2行"}},
		"list for a value":         {file: "listen: [a, b]\n", want: []string{"listen", "单个值"}},
		"value without an end":     {file: "listen:\n", want: []string{"listen", "单个值"}},
		"not a mapping":            {file: "- a\n", want: []string{"l.yaml"}},
		"not YAML":                 {file: "a: 'b\n", want: []string{"l.yaml", "YAML line"}},
		"listen without port":      {env: []string{"LUODI_LISTEN=localhost"}, want: []string{"listen", "LUODI_LISTEN"}},
		"port too great":           {file: "\nlisten: 127.0.0.1:70000\n", want: []string{"第2行", "listen"}},
		"demo for everybody":       {args: []string{"--demo", "--listen=:8080"}, want: []string{"listen", "--listen", "回环"}},
		"engine port 0":            {args: []string{"--engine=t:0"}, want: []string{"engine"}},
		"namespace with a space":   {args: []string{"--namespace=a b"}, want: []string{"namespace"}},
		"database unknown":         {args: []string{"--database=postgres:x"}, want: []string{"database", "sqlite"}},
		"database without a name":  {args: []string{"--database=mysql:u:p@tcp(h:1)/"}, want: []string{"DSN"}},
		"bad switch":               {env: []string{"LUODI_DEMO=perhaps"}, want: []string{"LUODI_DEMO", "perhaps"}},
		"bad level":                {args: []string{"--log-level=loud"}, want: []string{"--log-level"}},
		"bad hour":                 {args: []string{"--office-end=25:00"}, want: []string{"--office-end"}},
		"bad duration":             {args: []string{"--drain-timeout=10"}, want: []string{"--drain-timeout", "10s"}},
		"endless drain":            {args: []string{"--drain-timeout=2h"}, want: []string{"drain_timeout"}},
		"busy sweep":               {args: []string{"--sweep-every=1ms"}, want: []string{"sweep_every"}},
		"empty data":               {args: []string{"--data="}, want: []string{"data"}},
		"TLS to ourselves":         {args: []string{"--engine-tls"}, want: []string{"engine_tls", "内置"}},
		"certificate without TLS":  {args: []string{"--engine=t:1", "--engine-tls-ca-file=x"}, want: []string{"engine_tls"}},
		"certificate without key":  {args: []string{"--engine=t:1", "--engine-tls", "--engine-tls-cert-file=x"}, want: []string{"engine_tls_key_file"}},
		"ballot key too short":     {env: []string{"LUODI_BALLOT_KEY=0123456789abcdef0123456789abcde"}, want: []string{"ballot_key", "32"}},
		"API key in the clear":     {args: []string{"--engine=t:1"}, env: []string{"LUODI_ENGINE_API_KEY=x"}, want: []string{"engine_api_key", "明文"}},
		"secret twice":             {env: []string{"LUODI_ADMIN_PASSWORD=x", "LUODI_ADMIN_PASSWORD_FILE=y"}, want: []string{"LUODI_ADMIN_PASSWORD_FILE"}},
		"secret's file is missing": {env: []string{"LUODI_ADMIN_PASSWORD_FILE=gone"}, want: []string{"LUODI_ADMIN_PASSWORD_FILE", "gone"}},
		"two mistakes at once":     {args: []string{"--log-level=x", "--office-end=x"}, want: []string{"log_level", "office_end"}},
	} {
		t.Run(name, func(t *testing.T) {
			args := c.args
			if c.file != "" {
				args = append(args, "--config=l.yaml")
			}
			_, err := Load(args, c.env, files{"l.yaml": c.file}.read)
			if !fault.HasCode(err, "settings_invalid") {
				t.Fatalf("got %v", err)
			}
			for _, part := range c.want {
				if !strings.Contains(shown(err), part) {
					t.Errorf("%q is not in: %s", part, shown(err))
				}
			}
		})
	}
}

func TestDemoListensOnlyOnLoopback(t *testing.T) {
	for listen, allowed := range map[string]bool{
		"127.0.0.1:0": true, "127.8.9.1:80": true, "[::1]:80": true, "localhost:80": true, "[::ffff:127.0.0.1]:80": true,
		":80": false, "0.0.0.0:80": false, "[::]:80": false, "10.0.0.1:80": false, "localhost.example:80": false, "127.0.0.1.example:80": false,
	} {
		_, err := Load([]string{"--demo", "--listen", listen}, nil, files{}.read)
		if (err == nil) != allowed {
			t.Errorf("%s: %v", listen, err)
		}
	}
}

func TestPlainCookiesBeyondLoopbackAreWarnedAbout(t *testing.T) {
	for args, want := range map[string]int{"": 0, "--listen=:80": 1, "--listen=:80 --secure-cookies": 0} {
		if got := load(t, strings.Fields(args), nil, nil).Warnings(); len(got) != want {
			t.Errorf("%s: %q", args, got)
		}
	}
}

func TestMySQLDSNForcesWhatTheStoreReliesOn(t *testing.T) {
	text, err := MySQLDSN("u:p%@s@tcp(db:3306)/luodi?loc=Local&parseTime=false&clientFoundRows=false&time_zone=%27-08%3A00%27&tls=true&timeout=3s")
	if err != nil {
		t.Fatal(err)
	}
	c, err := mysql.ParseDSN(text)
	if err != nil {
		t.Fatal(err)
	}
	if !c.ParseTime || c.Loc != time.UTC || !c.ClientFoundRows || c.Collation != "utf8mb4_bin" || c.Params["time_zone"] != "'+00:00'" || !strings.Contains(c.Params["sql_mode"], "STRICT_TRANS_TABLES") {
		t.Errorf("got %s", text)
	}
	if c.TLSConfig != "true" || c.Timeout != 3*time.Second || c.User != "u" || c.Passwd != "p%@s" || c.DBName != "luodi" {
		t.Errorf("what the DSN says itself is lost: %s", text)
	}
	if again, err := MySQLDSN(text); err != nil || again != text {
		t.Errorf("completing twice gives %s, %v", again, err)
	}
}

func TestSecretsNeverShow(t *testing.T) {
	const secret = "xyzzy-plugh"
	c := load(t, nil, []string{"LUODI_ADMIN_PASSWORD=" + secret, "LUODI_DATABASE=mysql:u:" + secret + "@tcp(h:1)/d"}, nil)
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		fmt.Fprintf(&out, verb+verb+verb, c, &c, c.AdminPassword)
	}
	encoded, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(encoded)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "config", c, "secret", c.AdminPassword)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "config", c, "secret", c.AdminPassword)
	for _, leak := range []string{secret, fmt.Sprintf("%x", secret)} {
		if strings.Contains(out.String(), leak) {
			t.Errorf("%s shows in %s", leak, &out)
		}
	}
	if !strings.Contains(out.String(), Redacted) || NewSecret("").String() != "" {
		t.Error("what is hidden should be seen to be hidden")
	}
	for _, bad := range []struct{ env, file string }{
		{"LUODI_DATABASE=mysql:u:" + secret, ""}, {"LUODI_DATABASE=mysql:u:" + secret + "(h)/d", ""},
		{"LUODI_DATABASE=" + secret, ""}, {"", "admin_password: '" + secret + "\n"}, {"", "admin_password: [" + secret + "]\n"},
		{"", "admin_password: *" + secret + "\n"}, {"", "a: b: " + secret + "\n"},
	} {
		_, err := Load([]string{"--config=l.yaml"}, []string{bad.env}, files{"l.yaml": bad.file}.read)
		if err == nil || strings.Contains(shown(err), secret) {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

func TestHelpNamesEverySetting(t *testing.T) {
	if _, err := Load([]string{"--help"}, nil, files{}.read); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("got %v", err)
	}
	usage := Usage()
	for _, s := range settings {
		if !strings.Contains(usage, s.variable()+"]") && !strings.Contains(usage, s.variable()+" ") || !s.noFlag && !strings.Contains(usage, "--"+s.flag()) {
			t.Errorf("%s is missing from the usage text", s.key)
		}
	}
}

func TestValidateJudgesAConfigMadeByHand(t *testing.T) {
	if err := defaults.Validate(); err != nil {
		t.Error(err)
	}
	bad := defaults
	bad.Engine = "nowhere"
	if f := fault.From(bad.Validate()); len(f.Details) != 1 || f.Details[0].Field != "engine" {
		t.Errorf("got %+v", f)
	}
}
