// Command luodi runs 落地, the system for a city's investment promotion.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"luodi/internal/config"
	"luodi/internal/fault"
)

// version is set by the linker.
var version = "dev"

// clock is the time that everything in this process is stamped with.
var clock = time.Now

// continueAfter is how long a history gets, in events, before its process continues in
// a new run; zero is the engine's own limit.
var continueAfter int

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// command is one sub-command; it gets its settings and says what happened.
type command struct {
	summary string
	run     func(ctx context.Context, p program) error
}

// program is what a sub-command works with.
type program struct {
	config config.Config
	args   []string // what stands before the flags, after the command's name
	stdout io.Writer
	stderr io.Writer
	log    *slog.Logger
}

func commands() map[string]command {
	return map[string]command{
		"serve":      {"接口、工作台与流程在一个进程中(默认内置引擎与 SQLite)", serve},
		"api":        {"只运行接口与工作台,需外部引擎与 MySQL", serveAPI},
		"worker":     {"只运行流程,需外部引擎与 MySQL", serveWorker},
		"org":        {"org load 文件.yaml 装入单位与账号", orgCommand},
		"template":   {"template check 文件… 检查研判模板;template show [文件] 字段=值… 说明某项目由谁会审、为何、何时到期", templateCommand},
		"migrate":    {"migrate up 升级数据库结构;migrate status 查看", migrate},
		"reconcile":  {"比对事件流、流程与投影,逐条打印差异", reconcile},
		"bulletin":   {"bulletin verify [月份…] 按当时所知重新统计已发布的月通报,与所发布的比对", bulletinCommand},
		"assessment": {"assessment verify [年度…] 按冻结的数据重新计分,与正式计分、锁定的校验码比对", assessmentCommand},
		"verify":     {"核验每条事件流的哈希链,指出第一处断裂", verify},
		"history":    {"history 编号 打印一项研判在引擎中的历史(JSON),用于回放测试与排障", history},
		"version":    {"打印版本", printVersion},
		"bench":      {"测速,见 make bench;不列入用法", benchmark},
	}
}

// order of the commands in the usage text.
var order = []string{"serve", "api", "worker", "org", "template", "migrate", "reconcile", "verify", "bulletin", "assessment", "history", "score", "rulebook", "version"}

// run is the whole program: exit status 0 when all went well, 1 when something
// failed, 2 when it was called wrongly.
func run(ctx context.Context, args, env []string, stdout, stderr io.Writer) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		usage(stdout)
		return 0
	}
	if t, ok := tools()[args[0]]; ok {
		return t.run(args[1:], stdout, stderr)
	}
	cmd, ok := commands()[args[0]]
	if !ok {
		_, _ = fmt.Fprintf(stderr, "luodi: 没有“%s”这个命令\n\n", args[0])
		usage(stderr)
		return 2
	}
	words, flags := split(args[1:])
	cfg, err := config.Load(flags, env, os.ReadFile)
	if errors.Is(err, flag.ErrHelp) {
		usage(stdout)
		return 0
	}
	if err != nil {
		report(stderr, err)
		return 2
	}
	log := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: cfg.LogLevel}))
	slog.SetDefault(log)
	if err := cmd.run(ctx, program{config: cfg, args: words, stdout: stdout, stderr: stderr, log: log}); err != nil {
		report(stderr, err)
		return 1
	}
	return 0
}

// split takes the words before the first flag, such as "up" in "migrate up --data x".
func split(args []string) (words, flags []string) {
	for i, a := range args {
		if len(a) > 0 && a[0] == '-' {
			return args[:i], args[i:]
		}
	}
	return args, nil
}

// report prints an error for the operator, who may see its cause.
func report(w io.Writer, err error) {
	var f *fault.Error
	if !errors.As(err, &f) {
		_, _ = fmt.Fprintf(w, "luodi: %v\n", err)
		return
	}
	_, _ = fmt.Fprintf(w, "luodi: %s\n", f.Message)
	for _, d := range f.Details {
		_, _ = fmt.Fprintf(w, "  %s: %s\n", d.Field, d.Message)
	}
	if cause := f.Unwrap(); cause != nil {
		_, _ = fmt.Fprintf(w, "  (%v)\n", cause)
	}
}

func usage(w io.Writer) {
	_, _ = fmt.Fprintln(w, "用法: luodi 命令 [设置]")
	for _, name := range order {
		summary := commands()[name].summary
		if t, ok := tools()[name]; ok {
			summary = t.summary
		}
		_, _ = fmt.Fprintf(w, "  %-10s %s\n", name, summary)
	}
	_, _ = fmt.Fprintf(w, "\n%s", config.Usage())
}

func printVersion(_ context.Context, p program) error {
	_, err := fmt.Fprintf(p.stdout, "luodi %s\n", version)
	return err
}
