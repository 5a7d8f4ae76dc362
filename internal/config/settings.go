package config

import (
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"
)

// setting is one row of the table: key is its name in the settings file; the
// flag is --key with hyphens, the variable LUODI_KEY in capitals.
type setting struct {
	key      string
	argument string // shown in the usage text; empty for a switch
	initial  string
	usage    string
	secret   bool // may also be given as KEY_FILE
	noFlag   bool // a flag would show it to everybody who can list processes
	set      func(c *Config, text string) error
}

func (s setting) flag() string     { return strings.ReplaceAll(s.key, "_", "-") }
func (s setting) variable() string { return "LUODI_" + strings.ToUpper(s.key) }

// settings is the whole table, in the order of the usage text.
var settings = []setting{
	{key: "data", argument: "目录", initial: "./luodi-data", usage: "数据目录(内置引擎、SQLite 数据库与附件)",
		set: into(func(c *Config) *string { return &c.DataDir })},
	{key: "blobs", argument: "目录", usage: "附件与文书目录;不填则在数据目录下的 blobs。多台机器须为同一共享目录",
		set: into(func(c *Config) *string { return &c.BlobDir })},
	{key: "templates", argument: "目录", usage: "研判模板(*.yaml)目录;不填则用内置的示例模板",
		set: into(func(c *Config) *string { return &c.Templates })},
	{key: "admission", argument: "文件|none", usage: "研判准入评分的细则文件;不填则用内置的示例,none 为不评分",
		set: into(func(c *Config) *string { return &c.Admission })},
	{key: "ranking", argument: "文件|none", usage: "月通报排名与红黑榜的细则文件;不填则用内置的示例,none 为不排名",
		set: into(func(c *Config) *string { return &c.Ranking })},
	{key: "campaigns", argument: "文件", usage: "专项行动(五百行动等)的文件;不填则用内置的",
		set: into(func(c *Config) *string { return &c.Campaigns })},
	{key: "bulletin_cutoff", argument: "日", initial: "0", usage: "月通报的截止日(1至31);0为当月最后一日", set: setCutoff},
	{key: "bulletin_progress", argument: "months|days", initial: "months", usage: "月通报的序时进度按月还是按日计算", set: setProgress},
	{key: "listen", argument: "主机:端口", initial: "127.0.0.1:8080", usage: "监听地址;端口为0则任取空闲端口",
		set: into(func(c *Config) *string { return &c.Listen })},
	{key: "engine", argument: "embedded|主机:端口", initial: EmbeddedEngine, usage: "流程引擎:内置,或外部 Temporal 集群的地址",
		set: into(func(c *Config) *string { return &c.Engine })},
	{key: "namespace", argument: "名称", initial: "luodi", usage: "Temporal 命名空间",
		set: into(func(c *Config) *string { return &c.Namespace })},
	{key: "database", argument: "sqlite|mysql:DSN", initial: SQLite, usage: "业务数据库", secret: true,
		set: func(c *Config, text string) (err error) { c.Database, err = parseDatabase(text); return err }},
	{key: "demo", initial: "false", usage: "演示模式:装入十堰2023演示数据与公开口令的账号,只监听本机",
		set: yes(func(c *Config) *bool { return &c.Demo })},
	{key: "admin_password", argument: "口令", usage: "首次启动(非演示)时管理员 admin 的口令", secret: true, noFlag: true,
		set: hidden(func(c *Config) *Secret { return &c.AdminPassword })},
	{key: "ballot_key", argument: "密钥", usage: "封装无记名选票的密钥,不少于32个随机字符;不给出则存于数据目录的 ballot.key,api 与 worker 分开运行时须给出同一密钥", secret: true, noFlag: true,
		set: hidden(func(c *Config) *Secret { return &c.BallotKey })},
	{key: "log_level", argument: "debug|info|warn|error", initial: "info", usage: "日志级别", set: setLogLevel},
	{key: "office_end", argument: "时:分", initial: "17:30", usage: "下班时刻(北京时间),期限在当日此刻届满", set: setOfficeEnd},
	{key: "secure_cookies", initial: "false", usage: "会话 Cookie 只经 HTTPS 发送;经 HTTPS 反向代理提供服务时应开启",
		set: yes(func(c *Config) *bool { return &c.SecureCookies })},
	{key: "drain_timeout", argument: "时长", initial: "10s", usage: "停止时等待在办操作完成的最长时间",
		set: span(func(c *Config) *time.Duration { return &c.DrainTimeout })},
	{key: "sweep_every", argument: "时长", initial: "2m", usage: "巡检间隔:找出数据已领先于引擎的流程并唤醒",
		set: span(func(c *Config) *time.Duration { return &c.SweepEvery })},
	{key: "engine_tls", initial: "false", usage: "以 TLS 连接外部 Temporal 集群",
		set: yes(func(c *Config) *bool { return &c.EngineTLS.Enabled })},
	{key: "engine_tls_ca_file", argument: "文件", usage: "集群证书的签发机构(PEM)",
		set: into(func(c *Config) *string { return &c.EngineTLS.CAFile })},
	{key: "engine_tls_cert_file", argument: "文件", usage: "客户端证书(PEM)",
		set: into(func(c *Config) *string { return &c.EngineTLS.CertFile })},
	{key: "engine_tls_key_file", argument: "文件", usage: "客户端私钥(PEM)",
		set: into(func(c *Config) *string { return &c.EngineTLS.KeyFile })},
	{key: "engine_tls_server_name", argument: "名称", usage: "集群证书上的名称(与地址不同时)",
		set: into(func(c *Config) *string { return &c.EngineTLS.ServerName })},
	{key: "engine_api_key", argument: "密钥", usage: "Temporal 集群的 API 密钥,须开启 TLS", secret: true, noFlag: true,
		set: hidden(func(c *Config) *Secret { return &c.EngineAPIKey })},
}

func into(field func(*Config) *string) func(*Config, string) error {
	return func(c *Config, text string) error { *field(c) = text; return nil }
}

func hidden(field func(*Config) *Secret) func(*Config, string) error {
	return func(c *Config, text string) error { *field(c) = NewSecret(text); return nil }
}

func yes(field func(*Config) *bool) func(*Config, string) error {
	return func(c *Config, text string) error {
		v, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("%q 不是 true 或 false", text)
		}
		*field(c) = v
		return nil
	}
}

func span(field func(*Config) *time.Duration) func(*Config, string) error {
	return func(c *Config, text string) error {
		v, err := time.ParseDuration(text)
		if err != nil {
			return fmt.Errorf("%q 不是时长,应写作 10s、2m 之类", text)
		}
		*field(c) = v
		return nil
	}
}

func setCutoff(c *Config, text string) (err error) {
	if c.Cutoff, err = strconv.Atoi(text); err != nil || c.Cutoff < 0 || c.Cutoff > 31 {
		return errors.New("应为0至31的整数")
	}
	return nil
}

func setProgress(c *Config, text string) error {
	if text != "months" && text != "days" {
		return errors.New("应为 months(按月)或 days(按日)")
	}
	c.ProgressBy = text
	return nil
}

func setLogLevel(c *Config, text string) error {
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	level, ok := levels[strings.ToLower(text)]
	if !ok {
		return errors.New("应为 debug、info、warn 或 error")
	}
	c.LogLevel = level
	return nil
}

func setOfficeEnd(c *Config, text string) error {
	t, err := time.Parse("15:04", text)
	if err != nil {
		return errors.New("应写作 17:30 这样的24小时制时刻")
	}
	c.OfficeEnd = TimeOfDay{Hour: t.Hour(), Minute: t.Minute()}
	return nil
}
