// The commands that talk to a running daemon's admin listener.
#include "admin/purge_request.hpp"
#include "base/clock.hpp"
#include "base/json.hpp"
#include "cli/command_line.hpp"
#include "cli/commands.hpp"
#include "cli/http_client.hpp"
#include "cli/live_screen.hpp"
#include "cli/load_config.hpp"
#include "cli/signals.hpp"
#include "cli/stats_table.hpp"
#include "cli/stats_values.hpp"
#include "cli/top_view.hpp"
#include "config/token_text.hpp"
#include "config/units.hpp"
#include "http/status.hpp"

#include <cstdlib>
#include <sstream>
#include <utility>
#include <variant>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace hawkcache::cli {
namespace {

namespace json = boost::json;

constexpr std::string_view kDefaultAdmin = "http://127.0.0.1:9080";
constexpr std::string_view kNotOurs =
    "that is no answer of hawkcache's admin listener; name its admin.listen with --admin URL, or "
    "the file with --config FILE";

// An address that listens everywhere is asked on this machine.
std::string url_of(config::Endpoint listen) {
  if (listen.host == "0.0.0.0") listen.host = "127.0.0.1";
  if (listen.host == "::") listen.host = "::1";
  return "http://" + config::to_string(listen);
}

// Every diagnostic of a command begins with its name.
std::ostream& diagnostic(Streams streams, std::string_view command) {
  return streams.err << "hawkcache " << command << ": ";
}

// What a configuration says of the admin listener is sound; a token from elsewhere may be anything.
std::optional<std::string> token_of_environment(std::string_view command, Streams streams) {
  const char* text = std::getenv("HAWKCACHE_ADMIN_TOKEN");
  auto token = config::parse_token(text == nullptr ? "" : text);
  if (auto* good = std::get_if<std::string>(&token)) return std::move(*good);
  diagnostic(streams, command) << "HAWKCACHE_ADMIN_TOKEN: "
                               << std::get<config::SyntaxError>(token).message << '\n';
  return std::nullopt;
}

// Where to ask and with which token; an exit code where the options are wrong.
std::variant<AdminQuestion, int> address(const AdminOptions& options,
                                         std::string_view command,
                                         Streams streams) {
  AdminQuestion question;
  std::string url(kDefaultAdmin);
  if (options.config) {
    const config::LoadResult loaded = config::load_file(*options.config);
    print(loaded.errors, streams.err);
    if (!loaded.config) return kUsage;
    url = url_of(loaded.config->admin.listen);
    question.token = loaded.config->admin.token;
  } else {
    auto token = token_of_environment(command, streams);
    if (!token) return kUsage;
    question.token = std::move(*token);
  }
  auto parsed = parse_admin_url(options.admin.value_or(url));
  if (const auto* problem = std::get_if<std::string>(&parsed)) {
    diagnostic(streams, command) << *problem << '\n';
    return kUsage;
  }
  question.url = std::move(std::get<AdminUrl>(parsed));
  return question;
}

// The detail of problem+json; nullopt where the answer is none.
std::optional<std::string> detail_of(const AdminAnswer& answer) {
  json::error_code error;
  const json::value value = json::parse(answer.body, error);
  if (error || !value.is_object() || !value.get_object().contains("title")) return std::nullopt;
  const std::string_view detail = text(&value, "detail");
  if (detail.empty()) return std::nullopt;
  return std::string(detail);
}

bool never() { return false; }

// The body of a 200; else an exit code: kDone where it was interrupted, kFailed after everything
// else was told.
std::variant<std::string, int> ask(const AdminQuestion& question,
                                   std::string_view command,
                                   Streams streams,
                                   const Interrupted& interrupted = never) {
  auto answer = ask_admin(question, interrupted);
  if (std::holds_alternative<std::monostate>(answer)) return kDone;
  if (const auto* problem = std::get_if<std::string>(&answer)) {
    diagnostic(streams, command) << *problem << '\n';
    return kFailed;
  }
  AdminAnswer& received = std::get<AdminAnswer>(answer);
  if (received.status == 200) return std::move(received.body);
  diagnostic(streams, command) << fmt::format(
      "{} {}: {}{}\n",
      received.status,
      http::reason_phrase(received.status),
      detail_of(received).value_or(std::string(kNotOurs)),
      received.status == 401
          ? " It comes from HAWKCACHE_ADMIN_TOKEN, or with --config FILE from the file."
          : "");
  return kFailed;
}

void write_list(JsonWriter& writer, std::string_view name, const std::vector<std::string>& values) {
  writer.key(name).begin_array();
  for (const std::string& value : values) writer.value(value);
  writer.end_array();
}

std::string purge_body(const PurgeOptions& options) {
  JsonWriter writer;
  writer.begin_object();
  write_list(writer, "tags", options.tags);
  write_list(writer, "urls", options.urls);
  write_list(writer, "prefixes", options.prefixes);
  writer.member("all", options.scope == PurgeOptions::Scope::everything);
  writer.member("soft", options.kind == PurgeOptions::Kind::soft);
  return writer.end_object().take();
}

// nullopt after what is wrong was told.
std::optional<Duration> interval_of(const TopOptions& options, Streams streams) {
  constexpr Duration kLeast{100};
  constexpr Duration kMost = std::chrono::hours(1);
  const auto parsed = config::parse_duration(options.interval);
  const auto* interval = std::get_if<Duration>(&parsed);
  if (interval != nullptr && *interval >= kLeast && *interval <= kMost) return *interval;
  diagnostic(streams, "top") << fmt::format(
      "--interval: \"{}\" is no time from 100ms to 1h; write one such as 1s\n", options.interval);
  return std::nullopt;
}

struct Sample {
  std::string body;
  SteadyTime taken;
};

std::variant<Sample, int> take_sample(const AdminQuestion& question, Streams streams) {
  const auto interrupted = [] { return signal_within(std::chrono::milliseconds(0)); };
  auto body = ask(question, "top", streams, interrupted);
  if (const int* code = std::get_if<int>(&body)) return *code;
  return Sample{std::move(std::get<std::string>(body)), steady_now()};
}

// Until a signal comes, nobody reads any more, or `count` views were shown.
int show_views(const AdminQuestion& question,
               Duration interval,
               std::optional<std::size_t> count,
               Sample before,
               Streams streams) {
  LiveScreen screen(streams.out);
  for (std::size_t shown = 0; !count || shown < *count; ++shown) {
    if (signal_within(interval)) return kDone;
    auto sample = take_sample(question, streams);
    if (const int* code = std::get_if<int>(&sample)) return *code;
    auto& after = std::get<Sample>(sample);
    const auto elapsed = std::chrono::floor<Duration>(after.taken - before.taken);
    const auto view = top_view(before.body, after.body, elapsed, screen.size());
    if (!view) {
      diagnostic(streams, "top") << kNotOurs << '\n';
      return kFailed;
    }
    if (!screen.show(*view)) return kDone;
    before = std::move(after);
  }
  return kDone;
}

}  // namespace

int purge(const PurgeOptions& options, Streams streams) {
  if (options.tags.empty() && options.urls.empty() && options.prefixes.empty() &&
      options.scope == PurgeOptions::Scope::named) {
    diagnostic(streams, "purge")
        << "nothing to purge is named; use --tag, --url, --prefix or --all\n";
    return kUsage;
  }
  std::string request = purge_body(options);
  const admin::PurgeDecision decision = admin::parse_purge_post({}, {}, request);
  if (const auto* refused = std::get_if<admin::PurgeRefusal>(&decision)) {
    diagnostic(streams, "purge") << refused->detail << '\n';
    return kUsage;
  }
  auto where = address(options.admin, "purge", streams);
  if (const int* code = std::get_if<int>(&where)) return *code;
  auto& question = std::get<AdminQuestion>(where);
  question.method = "POST";
  question.path = "/v1/purge";
  question.body = std::move(request);
  const auto answer = ask(question, "purge", streams);
  if (const int* code = std::get_if<int>(&answer)) return *code;
  const auto& body = std::get<std::string>(answer);
  const auto text = purge_line(body, options);
  if (!text) {
    diagnostic(streams, "purge") << kNotOurs << '\n';
    return kFailed;
  }
  streams.out << *text;
  return kDone;
}

int stats(const StatsOptions& options, Streams streams) {
  auto where = address(options.admin, "stats", streams);
  if (const int* code = std::get_if<int>(&where)) return *code;
  auto& question = std::get<AdminQuestion>(where);
  question.path = "/v1/stats";
  const auto answer = ask(question, "stats", streams);
  if (const int* code = std::get_if<int>(&answer)) return *code;
  const auto& body = std::get<std::string>(answer);
  const auto table = stats_table(body);
  if (!table) {
    diagnostic(streams, "stats") << kNotOurs << '\n';
    return kFailed;
  }
  streams.out << (options.format == OutputFormat::json ? body : *table);
  return kDone;
}

int top(const TopOptions& options, Streams streams) {
  const auto interval = interval_of(options, streams);
  if (!interval) return kUsage;
  auto where = address(options.admin, "top", streams);
  if (const int* code = std::get_if<int>(&where)) return *code;
  auto& question = std::get<AdminQuestion>(where);
  question.path = "/v1/stats";
  take_over_signals();
  auto sample = take_sample(question, streams);
  if (const int* code = std::get_if<int>(&sample)) return *code;
  // What went wrong is told when the terminal is back to what it was.
  std::ostringstream trouble;
  const int code = show_views(question,
                              *interval,
                              options.count,
                              std::move(std::get<Sample>(sample)),
                              Streams{streams.out, trouble});
  streams.err << trouble.str();
  return code;
}

}  // namespace hawkcache::cli
