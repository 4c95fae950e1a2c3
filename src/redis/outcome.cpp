#include "redis/outcome.hpp"

#include "redis/figures.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace hawkcache::redis {

bool is_of_no_use_now(const Reply& reply) noexcept {
  using namespace std::string_view_literals;
  static constexpr std::array kWords{"LOADING"sv,
                                     "READONLY"sv,
                                     "MASTERDOWN"sv,
                                     "MOVED"sv,
                                     "ASK"sv,
                                     "TRYAGAIN"sv,
                                     "CLUSTERDOWN"sv,
                                     "NOSCRIPT"sv};
  return reply.is(Reply::Type::error) &&
         std::ranges::any_of(kWords,
                             [&reply](std::string_view word) { return reply.is_error(word); });
}

void settle(std::span<Reply> replies, ClientFigures& figures) noexcept {
  for (Reply& reply : replies) {
    if (!reply.is(Reply::Type::error)) continue;
    if (is_of_no_use_now(reply)) {
      reply = Reply::failed(Errc::store_unavailable);
    } else {
      add(figures.command_errors);
    }
  }
}

}  // namespace hawkcache::redis
