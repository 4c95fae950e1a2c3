// Writes a response to a client piece by piece in the framing its head announced. The head goes out
// with the first piece, in one gather write. Lives in the coroutine of one exchange.
#pragma once

#include "net/client_exchange.hpp"
#include "proxy/response_text.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <boost/container/small_vector.hpp>

namespace hawkcache::proxy {

namespace asio = boost::asio;

class BodyWriter {
 public:
  // `head` holds the whole head, empty line included; it is written with the first write.
  BodyWriter(net::ClientExchange& client, std::string head, ClientFraming framing)
      : client_(client), head_(std::move(head)), framing_(framing) {}

  enum class Last : std::uint8_t { no, yes };
  // The pieces, and with Last::yes the end of the body, as far as the client takes them at once.
  // Errors: would_block, then write_rest() goes on, while the pieces stay valid; client_gone.
  ErrorCode write_now(std::span<const std::string_view> pieces, Last last);
  net::Awaitable<ErrorCode> write_rest() { return client_.write({}); }
  // The response broke off in mid-body.
  void break_off() noexcept;

 private:
  net::ClientExchange& client_;
  std::string head_;
  ClientFraming framing_;
  boost::container::small_vector<asio::const_buffer, 8> buffers_;
  std::array<char, 20> chunk_size_{};
  bool head_written_ = false;
};

}  // namespace hawkcache::proxy
