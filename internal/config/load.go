package config

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// value is the text of a setting and where it came from.
type value struct{ text, origin string }

// values are what one source or several say, by key.
type values map[string]value

// Load reads args (those after the sub-command), env (as os.Environ gives it)
// and the files that they name. It returns flag.ErrHelp for --help, and otherwise
// a fault.Invalid with code settings_invalid that names every wrong setting and
// where it came from. Variables LUODI_* that it doesn't know are left alone: a
// Kubernetes service called luodi makes some of its own.
func Load(args, env []string, readFile func(string) ([]byte, error)) (Config, error) {
	flags, file, err := fromFlags(args)
	if err != nil {
		return Config{}, err
	}
	variables, variableProblems := fromEnvironment(env, readFile)
	if file.text == "" {
		file = value{environment(env)["LUODI_CONFIG"], "环境变量 LUODI_CONFIG"}
	}
	written, fileProblems := fromFile(file, readFile)
	merged := values{}
	for _, s := range settings {
		merged[s.key] = value{s.initial, "默认值"}
	}
	for _, source := range []values{written, variables, flags} {
		maps.Copy(merged, source)
	}
	return merged.config(slices.Concat(fileProblems, variableProblems))
}

// config turns texts into settings; problems are those found while reading.
func (v values) config(problems []problem) (Config, error) {
	var c Config
	origins := map[string]string{}
	for _, s := range settings {
		origins[s.key] = v[s.key].origin
		if err := s.set(&c, v[s.key].text); err != nil {
			problems = append(problems, problem{s.key, err.Error()})
		}
	}
	if len(problems) == 0 { // checks across settings would only repeat what is said already
		problems = c.problems()
	}
	if err := refuse(problems, origins); err != nil {
		return Config{}, err
	}
	return c, nil
}

func fromFlags(args []string) (found values, file value, err error) {
	found = values{}
	set := flag.NewFlagSet("luodi", flag.ContinueOnError)
	set.SetOutput(io.Discard) // the caller prints the error and, when asked, Usage
	set.StringVar(&file.text, "config", "", "")
	file.origin = "命令行 --config"
	for _, s := range settings {
		if s.noFlag {
			continue
		}
		record := func(text string) error {
			found[s.key] = value{text, "命令行 --" + s.flag()}
			return nil
		}
		if s.argument == "" {
			set.BoolFunc(s.flag(), s.usage, record)
		} else {
			set.Func(s.flag(), s.usage, record)
		}
	}
	if err := set.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil, value{}, err
		}
		return nil, value{}, refuse([]problem{{"命令行", err.Error()}}, nil)
	}
	if set.NArg() > 0 {
		return nil, value{}, refuse([]problem{{"命令行", fmt.Sprintf("多余的参数 %q", set.Arg(0))}}, nil)
	}
	return found, file, nil
}

func environment(env []string) map[string]string {
	variables := map[string]string{}
	for _, entry := range env {
		name, text, _ := strings.Cut(entry, "=")
		variables[name] = text
	}
	return variables
}

// fromEnvironment takes an empty variable for one that isn't set: compose files
// pass those on.
func fromEnvironment(env []string, readFile func(string) ([]byte, error)) (values, []problem) {
	given := values{}
	variables := environment(env)
	for _, s := range settings {
		for _, suffix := range []string{"", "_FILE"} {
			name := s.variable() + suffix
			if text := variables[name]; text != "" && (suffix == "" || s.secret) {
				given[s.key+strings.ToLower(suffix)] = value{text, "环境变量 " + name}
			}
		}
	}
	return given.resolve(readFile)
}

var lineOf = regexp.MustCompile(` line \d+`)

// fromFile reads the settings file: a flat YAML mapping of the keys in the table.
func fromFile(file value, readFile func(string) ([]byte, error)) (values, []problem) {
	if file.text == "" {
		return nil, nil
	}
	failed := func(format string, args ...any) (values, []problem) {
		return nil, []problem{{"config", fmt.Sprintf("(%s)设置文件 %s ", file.origin, file.text) + fmt.Sprintf(format, args...)}}
	}
	text, err := readFile(file.text)
	if err != nil {
		return failed("读不出:%v", err)
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		// The parser's own words may quote a secret.
		return failed("不是 YAML%s;含有 * & # : 等符号的值请加引号", lineOf.FindString(err.Error()))
	}
	if len(document.Content) == 0 { // nothing but comments
		return nil, nil
	}
	root := document.Content[0]
	if root.Kind != yaml.MappingNode {
		return failed("应由“名称: 值”的行组成")
	}
	given, problems := readEntries(file.text, root.Content)
	resolved, more := given.resolve(readFile)
	return resolved, append(problems, more...)
}

// readEntries reads keys and values in turn. Values are taken as written: 17:30,
// 08 and yes stay what they are.
func readEntries(file string, nodes []*yaml.Node) (values, []problem) {
	known := map[string]bool{}
	for _, s := range settings {
		known[s.key] = true
		if s.secret {
			known[s.key+"_file"] = true
		}
	}
	given := values{}
	var problems []problem
	for pair := range slices.Chunk(nodes, 2) {
		key, entry := pair[0], pair[1]
		origin := fmt.Sprintf("设置文件 %s 第%d行", file, key.Line)
		refuse := func(message string) {
			problems = append(problems, problem{key.Value, message + "(" + origin + ")"})
		}
		_, twice := given[key.Value]
		switch {
		case !known[key.Value]:
			refuse("没有这项设置")
		case twice:
			refuse("重复出现")
		case entry.Kind != yaml.ScalarNode || entry.Tag == "!!null":
			refuse("应为单个值")
		default:
			given[key.Value] = value{entry.Value, origin}
		}
	}
	return given, problems
}

// resolve replaces KEY_FILE by KEY with the content of the file it names, less
// the line end that editors add.
func (v values) resolve(readFile func(string) ([]byte, error)) (values, []problem) {
	resolved := values{}
	var problems []problem
	for _, s := range settings {
		direct, isDirect := v[s.key]
		pointer, isPointer := value{}, false
		if s.secret {
			pointer, isPointer = v[s.key+"_file"]
		}
		switch {
		case isDirect && isPointer:
			problems = append(problems, problem{s.key, fmt.Sprintf("%s与%s只能给出一个", direct.origin, pointer.origin)})
		case isDirect:
			resolved[s.key] = direct
		case isPointer:
			content, err := readFile(pointer.text)
			if err != nil {
				problems = append(problems, problem{s.key, fmt.Sprintf("%s所指的文件读不出:%v", pointer.origin, err)})
				continue
			}
			resolved[s.key] = value{strings.TrimRight(string(content), "\r\n"), pointer.origin}
		}
	}
	return resolved, problems
}

// Usage explains every flag with its variable, for --help.
func Usage() string {
	var b strings.Builder
	b.WriteString("设置按以下次序生效,后者优先:默认值、设置文件(--config 或 LUODI_CONFIG,YAML)、环境变量、命令行。\n\n")
	b.WriteString("  --config 文件\n        设置文件,键名与下列参数相同,以 _ 代 -  [LUODI_CONFIG]\n")
	for _, s := range settings {
		name := "--" + s.flag()
		if s.noFlag {
			name = s.key + "(只用于设置文件与环境变量)"
		}
		fmt.Fprintf(&b, "  %s\n        %s  [%s%s]", strings.TrimSpace(name+" "+s.argument), s.usage, s.variable(), map[bool]string{true: " 或 " + s.variable() + "_FILE"}[s.secret])
		if s.initial != "" && s.initial != "false" {
			fmt.Fprintf(&b, "(默认 %s)", s.initial)
		}
		b.WriteString("\n")
	}
	return b.String()
}
