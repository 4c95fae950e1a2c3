// The commands that need no running daemon.
#include "admin/explain_request.hpp"
#include "cli/command_line.hpp"
#include "cli/commands.hpp"
#include "cli/load_config.hpp"
#include "observe/version.hpp"
#include "proxy/explain.hpp"
#include "proxy/router.hpp"
#include "server/compile_routes.hpp"

#include <utility>
#include <variant>

namespace hawkcache::cli {

int check(const CheckOptions& options, Streams streams) {
  const config::LoadResult loaded = config::load_file(options.config);
  print(loaded.errors, streams.err);
  print(loaded.warnings, streams.err);
  if (!loaded.config) return kUsage;
  const std::size_t rules = loaded.config->routes.size();
  streams.out << options.config << ": ok, " << rules << (rules == 1 ? " rule\n" : " rules\n");
  return kDone;
}

int explain(const ExplainOptions& options, Streams streams) {
  const config::LoadResult loaded = config::load_file(options.config);
  print(loaded.errors, streams.err);
  if (!loaded.config) return kUsage;
  admin::ExplainRequest request{.method = options.method, .url = options.target, .headers = {}};
  for (const std::string& line : options.headers) {
    auto header = admin::parse_header_line(line);
    if (const auto* refused = std::get_if<admin::ExplainRefusal>(&header)) {
      streams.err << "hawkcache explain: " << refused->detail << '\n';
      return kUsage;
    }
    request.headers.push_back(std::move(std::get<0>(header)));
  }
  const proxy::Router router(server::compile_routes(*loaded.config));
  const auto answer = admin::explain_request(request, router);
  if (const auto* refused = std::get_if<admin::ExplainRefusal>(&answer)) {
    streams.err << "hawkcache explain: " << refused->detail << '\n';
    return kUsage;
  }
  const auto& explanation = std::get<proxy::Explanation>(answer);
  if (options.format == OutputFormat::json) {
    streams.out << proxy::to_json(explanation) << '\n';
  } else {
    streams.out << proxy::to_text(explanation);
  }
  return kDone;
}

int schema(Streams streams) {
  streams.out << config::json_schema() << '\n';
  return kDone;
}

int version(Streams streams) {
  streams.out << "hawkcache " << observe::version() << '\n';
  return kDone;
}

}  // namespace hawkcache::cli
