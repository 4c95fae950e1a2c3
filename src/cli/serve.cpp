#include "admin/reload_report.hpp"
#include "base/log.hpp"
#include "cli/command_line.hpp"
#include "cli/commands.hpp"
#include "cli/load_config.hpp"
#include "cli/process_limits.hpp"
#include "cli/signals.hpp"
#include "observe/version.hpp"
#include "server/server.hpp"

#include <utility>

#include <fmt/format.h>

namespace hawkcache::cli {
namespace {

server::ConfigSource source_of(const ServeOptions& options) {
  if (options.config) {
    return [file = *options.config] { return config::load_file(file); };
  }
  config::UpstreamFlags flags{.upstream = *options.upstream,
                              .listen = options.listen,
                              .ttl = options.ttl,
                              .redis = options.redis};
  return [flags = std::move(flags)] { return config::config_for_upstream(flags); };
}

// Without what a Redis URL says of user and password.
std::string store_text(const config::StoreConfig& store) {
  const std::string memory =
      fmt::format("memory store of {} MiB", store.memory.max_size / config::kMiB);
  if (store.backend == config::StoreBackend::memory || !store.redis.url) return memory;
  const std::string redis = config::to_string(*store.redis.url);
  if (store.backend == config::StoreBackend::redis) return "store in " + redis;
  return fmt::format("{} in front of {}", memory, redis);
}

std::string servers_text(const config::UpstreamConfig& upstream) {
  std::string text = "http://" + config::to_string(upstream.servers.front().endpoint);
  const std::size_t others = upstream.servers.size() - 1;
  if (others > 0) text += fmt::format(" and {} more", others);
  return text;
}

std::string started_line(const config::Config& config, const server::Server& server) {
  std::string listen;
  for (std::size_t i = 0; i < config.listen.size(); ++i) {
    const config::Endpoint endpoint{config.listen[i].host, server.port(i)};
    listen += (i == 0 ? "" : ", ") + config::to_string(endpoint);
  }
  const config::Endpoint admin{config.admin.listen.host, server.admin_port()};
  return fmt::format("hawkcache {} listens on {}, admin on {}, in front of {}; {} {}, {}",
                     observe::version(),
                     listen,
                     config::to_string(admin),
                     servers_text(config.upstream),
                     config.routes.size(),
                     config.routes.size() == 1 ? "rule" : "rules",
                     store_text(config.store));
}

// Said even where logging is off: the process ends with it.
int start_failed(std::string message, const ServeOptions& options) {
  if (options.upstream) {
    message += " (without a file: --listen; the admin listener's address needs one, --config FILE)";
  }
  log::write(log::Level::error, "cannot start: " + message);
  log::shutdown();
  return kFailed;
}

int run_server(const config::Config& config,
               server::ConfigSource source,
               const ServeOptions& options) {
  const SystemClock clock;
  server::Server server(config, std::move(source), clock);
  if (const auto error = server.start()) return start_failed(error->message, options);
  {
    const SignalThread signals(
        {.stop =
             [&, stops = 0]() mutable {
               log::info("{}",
                         ++stops == 1 ? "stopping: no new connections; what is in flight may end"
                                      : "stopping at once: what is in flight is cut");
               server.stop();
             },
         .reload = [&] { admin::log_reload(server.reload()); }});
    log::info("{}", started_line(config, server));
    server.wait();
  }
  log::info("stopped");
  return kDone;
}

}  // namespace

int serve(const ServeOptions& options, Streams streams) {
  if (!options.config && !options.upstream) {
    streams.err << "hawkcache serve: name a configuration with --config FILE, or a server with "
                   "--upstream URL\n";
    return kUsage;
  }
  open_standard_descriptors();
  take_over_signals();
  raise_descriptor_limit();
  server::ConfigSource source = source_of(options);
  const config::LoadResult loaded = source();
  if (!loaded.config) {
    print(loaded.errors, streams.err);
    print(loaded.warnings, streams.err);
    return kUsage;
  }
  // From here on every line on stderr is one of the log's.
  log::setup({.level = loaded.config->log.level, .format = loaded.config->log.format});
  for (const config::ConfigError& warning : loaded.warnings)
    log::warn("{}", config::to_string(warning));
  const int code = run_server(*loaded.config, std::move(source), options);
  log::shutdown();
  return code;
}

}  // namespace hawkcache::cli
