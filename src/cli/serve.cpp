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

std::string started_line(const config::Config& config, const server::Server& server) {
  std::string listen;
  for (std::size_t i = 0; i < config.listen.size(); ++i) {
    const config::Endpoint endpoint{config.listen[i].host, server.port(i)};
    listen += (i == 0 ? "" : ", ") + config::to_string(endpoint);
  }
  const config::Endpoint admin{config.admin.listen.host, server.admin_port()};
  return fmt::format("hawkcache {} listens on {}, admin on {}; {} {}, {}",
                     observe::version(),
                     listen,
                     config::to_string(admin),
                     config.routes.size(),
                     config.routes.size() == 1 ? "rule" : "rules",
                     store_text(config.store));
}

// Said even where logging is off: the process ends with it.
int start_failed(const std::string& message, Streams streams) {
  if (log::enabled(log::Level::error)) {
    log::error("cannot start: {}", message);
    log::shutdown();
  } else {
    streams.err << "hawkcache: cannot start: " << message << '\n';
  }
  return kFailed;
}

int run_server(const config::Config& config, server::ConfigSource source, Streams streams) {
  const SystemClock clock;
  server::Server server(config, std::move(source), clock);
  if (const auto error = server.start()) return start_failed(error->message, streams);
  {
    const SignalThread signals(
        {.stop =
             [&] {
               log::info("stopping: no new connections; what is in flight may end");
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
  auto config = config_or_errors(source(), ShowWarnings::yes, streams.err);
  if (!config) return kUsage;
  log::setup({.level = config->log.level, .format = config->log.format});
  const int code = run_server(*config, std::move(source), streams);
  log::shutdown();
  return code;
}

}  // namespace hawkcache::cli
