#include "admin/reload_report.hpp"

#include "base/log.hpp"

namespace hawkcache::admin {

void log_reload(const ReloadReport& report) {
  using Status = ReloadReport::Status;
  const bool done = report.status == Status::reloaded;
  for (const std::string& message : report.messages) {
    if (done) {
      log::warn("reload: {}", message);
    } else {
      log::error("reload: {}", message);
    }
  }
  switch (report.status) {
    case Status::reloaded:
      log::info("reload: the new configuration is in force");
      return;
    case Status::rejected:
      log::error("reload: rejected; the old configuration stays in force");
      return;
    case Status::needs_restart:
      log::error("reload: needs a restart; the old configuration stays in force");
      return;
  }
}

}  // namespace hawkcache::admin
