// What `hawkcache top` shows. Pure.
#pragma once

#include "base/clock.hpp"
#include "cli/live_screen.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hawkcache::cli {

// The totals and the rates by route between two bodies of /v1/stats that were taken `elapsed`
// apart: the busiest routes first, as many as fit on the screen, and their names cut where the
// figures would not fit beside them. Counts from nothing where the
// daemon was started anew in between. nullopt where a body is no such document.
std::optional<std::string> top_view(std::string_view before,
                                    std::string_view after,
                                    Duration elapsed,
                                    ScreenSize screen);

}  // namespace hawkcache::cli
