// What became of a reload, for whoever asked for it and for the log. Values; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hawkcache::admin {

struct ReloadReport {
  enum class Status : std::uint8_t { reloaded, rejected, needs_restart } status = Status::reloaded;
  std::vector<std::string> messages;  // each with file, line, column and reason
};

void log_reload(const ReloadReport& report);

}  // namespace hawkcache::admin
