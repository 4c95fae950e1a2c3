#include "observe/version.hpp"

namespace hawkcache::observe {

std::string_view version() noexcept { return HAWKCACHE_VERSION; }

}  // namespace hawkcache::observe
