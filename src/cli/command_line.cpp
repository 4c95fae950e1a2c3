#include "cli/command_line.hpp"

#include "cli/commands.hpp"
#include "config/suggest.hpp"
#include "observe/version.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <iostream>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace hawkcache::cli {
namespace {

// What the parsed command line says: the options, and the command to run.
struct Parsed {
  ServeOptions serve;
  CheckOptions check;
  ExplainOptions explain;
  PurgeOptions purge;
  StatsOptions stats;
  TopOptions top;
  std::function<int(Streams)> command;
};

CLI::Option* add_config(CLI::App& command, std::string& file) {
  return command.add_option("--config,-c", file, "The configuration file")
      ->type_name("FILE")
      ->required();
}

CLI::Option* add_list(CLI::App& command,
                      const std::string& name,
                      std::vector<std::string>& values,
                      const std::string& help) {
  return command.add_option(name, values, help)->allow_extra_args(false);
}

void add_admin(CLI::App& command, AdminOptions& options) {
  command
      .add_option(
          "--admin", options.admin, "The admin listener's URL (default http://127.0.0.1:9080)")
      ->type_name("URL");
  command
      .add_option("--config,-c",
                  options.config,
                  "Take the admin listener's address and token from this file; else the token is "
                  "HAWKCACHE_ADMIN_TOKEN")
      ->type_name("FILE");
}

void add_json(CLI::App& command, OutputFormat& format) {
  command.add_flag_callback(
      "--json", [&format] { format = OutputFormat::json; }, "Print JSON");
}

CLI::App& add_command(CLI::App& app,
                      Parsed& parsed,
                      const std::string& name,
                      const std::string& help,
                      std::function<int(Streams)> run_it) {
  CLI::App& command = *app.add_subcommand(name, help);
  command.callback([&parsed, run_it = std::move(run_it)] { parsed.command = run_it; });
  return command;
}

void add_serve(CLI::App& app, Parsed& parsed) {
  ServeOptions& options = parsed.serve;
  CLI::App& command =
      add_command(app, parsed, "serve", "Run in the foreground", [&options](Streams streams) {
        return serve(options, streams);
      });
  CLI::Option* config = command.add_option("--config,-c", options.config, "The configuration file")
                            ->type_name("FILE");
  CLI::Option* upstream = command
                              .add_option("--upstream",
                                          options.upstream,
                                          "Without a file: cache every GET and HEAD of this server")
                              ->type_name("URL")
                              ->excludes(config);
  const auto with_upstream =
      [&](const std::string& name, std::optional<std::string>& value, const std::string& help) {
        return command.add_option(name, value, help)->needs(upstream);
      };
  with_upstream("--listen", options.listen, "Where to listen (default 0.0.0.0:8080)")
      ->type_name("HOST:PORT");
  with_upstream("--ttl", options.ttl, "Lifetime where the origin gives none (default 60s)")
      ->type_name("DURATION");
  with_upstream("--redis",
                options.redis,
                "Keep responses in this Redis: redis://host:6379/0 (default: in memory)")
      ->type_name("URL");
}

void add_offline_commands(CLI::App& app, Parsed& parsed) {
  CLI::App& check_command =
      add_command(app,
                  parsed,
                  "check",
                  "Check a configuration: every error with file, line and column",
                  [&parsed](Streams streams) { return check(parsed.check, streams); });
  add_config(check_command, parsed.check.config);

  ExplainOptions& options = parsed.explain;
  CLI::App& explain_command =
      add_command(app,
                  parsed,
                  "explain",
                  "Which rule, key, tags and lifetime a request gets, and why",
                  [&options](Streams streams) { return explain(options, streams); });
  add_config(explain_command, options.config);
  explain_command.add_option("-X,--request", options.method, "The method (default GET)")
      ->type_name("METHOD");
  add_list(explain_command, "-H,--header", options.headers, "A header field")
      ->type_name("'NAME: VALUE'");
  explain_command
      .add_option("target", options.target, "A path such as /users/42?x=1, or an absolute URL")
      ->type_name("URL")
      ->required();
  add_json(explain_command, options.format);

  add_command(
      app, parsed, "schema", "Print the JSON Schema of the configuration", [](Streams streams) {
        return schema(streams);
      });
}

void add_top(CLI::App& app, Parsed& parsed) {
  TopOptions& options = parsed.top;
  CLI::App& command = add_command(
      app, parsed, "top", "A live view by route, until Ctrl-C", [&options](Streams streams) {
        return top(options, streams);
      });
  command.add_option("--interval", options.interval, "How long each view counts (default 1s)")
      ->type_name("DURATION");
  CLI::Option* count =
      command.add_option("--count", options.count, "End after so many views")
          ->type_name("N")
          ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000'000}).description(""));
  command
      .add_flag_callback(
          "--once", [&options] { options.count = 1; }, "End after one view: --count 1")
      ->excludes(count);
  add_admin(command, options.admin);
}

void add_admin_commands(CLI::App& app, Parsed& parsed) {
  PurgeOptions& options = parsed.purge;
  CLI::App& purge_command =
      add_command(app,
                  parsed,
                  "purge",
                  "Remove responses from a running hawkcache",
                  [&options](Streams streams) { return purge(options, streams); });
  add_list(purge_command, "--tag", options.tags, "Everything with this tag (may be repeated)")
      ->type_name("TAG");
  add_list(purge_command,
           "--url",
           options.urls,
           "All variants of this URL, absolute or a path (may be repeated)")
      ->type_name("URL");
  add_list(purge_command,
           "--prefix",
           options.prefixes,
           "Everything whose URL begins so (may be repeated)")
      ->type_name("PREFIX");
  purge_command.add_flag_callback(
      "--all", [&options] { options.scope = PurgeOptions::Scope::everything; }, "Everything");
  purge_command.add_flag_callback(
      "--soft",
      [&options] { options.kind = PurgeOptions::Kind::soft; },
      "Mark as stale instead of removing");
  add_admin(purge_command, options.admin);

  CLI::App& stats_command = add_command(
      app, parsed, "stats", "Figures of a running hawkcache", [&parsed](Streams streams) {
        return stats(parsed.stats, streams);
      });
  add_admin(stats_command, parsed.stats.admin);
  add_json(stats_command, parsed.stats.format);

  add_top(app, parsed);
}

std::string no_such_command(CLI::App& app, const std::string& name) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  const std::string hint = config::did_you_mean(name, names);
  return fmt::format("there is no command {}{}",
                     config::in_quotes(name),
                     hint.empty() ? "; `hawkcache help` lists them" : hint);
}

// `help` alone or `help COMMAND`. Not app.help(): that would be the help of the command in use,
// which is `help`.
int print_help(CLI::App& app, Streams streams) {
  const std::vector<std::string> names = app.get_subcommand("help")->remaining();
  const auto is_meant = [&](const CLI::App* command) { return command->check_name(names.front()); };
  const std::vector<CLI::App*> found =
      names.empty() ? std::vector<CLI::App*>{&app} : app.get_subcommands(is_meant);
  if (found.size() != 1 || names.size() > 1) {
    streams.err << "hawkcache help: " << no_such_command(app, config::join(names, " ")) << '\n';
    return kUsage;
  }
  CLI::App* const subject = found.front();
  const std::string name =
      subject == &app ? app.get_name() : app.get_name() + " " + subject->get_name();
  streams.out << app.get_formatter()->make_help(subject, name, CLI::AppFormatMode::Normal);
  return kDone;
}

// What the library found wrong, in one line with the command that it is about and the remedy.
std::string usage_error(CLI::App& app, const CLI::ParseError& error) {
  const std::vector<CLI::App*> commands = app.get_subcommands();
  const CLI::App& place = commands.empty() ? app : *commands.front();
  const std::vector<std::string> strays = place.remaining();
  if (commands.empty() && !strays.empty() && !strays.front().starts_with('-'))
    return fmt::format("hawkcache: {}\n", no_such_command(app, strays.front()));
  std::vector<std::string> wrong;
  const bool is_stray = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
  if (!is_stray || strays.empty()) wrong.emplace_back(error.what());
  if (!strays.empty()) wrong.push_back(config::in_quotes(strays.front()) + " is not expected here");
  const std::string command = commands.empty() ? "" : " " + place.get_name();
  return fmt::format("hawkcache{}: {}; `hawkcache help{}` tells what can be written\n",
                     command,
                     config::join(wrong, ", and "),
                     command);
}

void add_commands(CLI::App& app, Parsed& parsed) {
  app.require_subcommand(0, 1);
  app.set_version_flag(
      "--version", "hawkcache " + std::string(observe::version()), "Print the version");
  app.set_help_flag("--help,-h", "Print this help");
  add_serve(app, parsed);
  add_offline_commands(app, parsed);
  add_admin_commands(app, parsed);
  add_command(app, parsed, "version", "Print the version", [](Streams streams) {
    return version(streams);
  });
  CLI::App& help = add_command(
      app, parsed, "help", "Print this help, or that of a command", [&app](Streams streams) {
        return print_help(app, streams);
      });
  help.allow_extras();
}

}  // namespace

int run(std::span<const std::string> arguments, std::ostream& out, std::ostream& err) {
  CLI::App app("hawkcache: a standalone caching reverse proxy for APIs", "hawkcache");
  Parsed parsed;
  add_commands(app, parsed);
  try {
    // CLI11 wants them in reverse.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    const bool asks_for_help = error.get_exit_code() == 0;
    if (asks_for_help) return app.exit(error, out, err);
    err << usage_error(app, error);
    return kUsage;
  }
  if (!parsed.command) {
    err << app.help();
    return kUsage;
  }
  return parsed.command({out, err});
}

int run(int argc, const char* const* argv) {
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  const int code = run(arguments, std::cout, std::cerr);
  if (code != kDone || std::cout.flush()) return code;
  std::cerr << "hawkcache: the result cannot be written to stdout: " << std::strerror(errno)
            << '\n';
  return kFailed;
}

}  // namespace hawkcache::cli
