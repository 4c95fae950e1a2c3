// The version of this build, as `hawkcache version`, /v1/stats and the metric hawkcache_build_info
// tell it.
#pragma once

#include <string_view>

namespace hawkcache::observe {

// "0.1.0"
std::string_view version() noexcept;

}  // namespace hawkcache::observe
