// A connected stream of bytes to a Redis server or a sentinel: TCP, TLS or a unix socket. Belongs
// to one worker's thread. One coroutine may read while another writes; whoever waits in a stream
// sees to it that it stays alive.
#pragma once

#include "base/result.hpp"
#include "net/asio.hpp"
#include "net/resolver.hpp"
#include "net/worker.hpp"
#include "redis/settings.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace hawkcache::redis {

// Where a stream leads to.
struct Target {
  enum class Transport : std::uint8_t { tcp, tls, unix_socket };
  Transport transport = Transport::tcp;
  Endpoint endpoint;  // tcp, tls
  std::string path;   // unix_socket

  // For logs: "10.0.0.1:6379", "/run/redis.sock".
  std::string text() const;
};

class Stream {
 public:
  virtual ~Stream() = default;
  // Once, first. No limit in time: whoever has waited long enough closes the stream. Errors: those
  // of the system, the resolver and TLS, what is wrong with a certificate (see wrong_certificate);
  // operation_aborted after close().
  virtual net::Awaitable<ErrorCode> connect() = 0;
  // How much was read, at least one byte. Errors: eof, and the system's.
  virtual net::Awaitable<Result<std::size_t>> read_some(std::span<char> space) = 0;
  // Writes all of it. `buffers` and the bytes outlive the operation. `written` grows as bytes are
  // handed over: what it counts, its owner may do away with.
  virtual net::Awaitable<ErrorCode> write(std::span<const net::asio::const_buffer> buffers,
                                          std::uint64_t& written) = 0;
  // Ends what waits in it. Any number of times.
  virtual void close() noexcept = 0;
};

// Makes streams; shared by the connections of one client. With TLS it holds the trust store: the
// system's, or what the environment's SSL_CERT_FILE and SSL_CERT_DIR name, as of its making.
class Dialer {
 public:
  enum class Encryption : std::uint8_t { none, tls };
  // `worker` outlives it, and it outlives its streams.
  Dialer(net::Worker& worker, Encryption encryption);
  ~Dialer();
  // REQUIRES: Encryption::tls for a target with TLS.
  std::unique_ptr<Stream> stream_to(const Target& target);

 private:
  struct Tls;
  net::Worker& worker_;
  net::Resolver resolver_;
  std::unique_ptr<Tls> tls_;
};

// Whether connect() failed because the server could not show that it is who it should be.
bool wrong_certificate(const ErrorCode& error) noexcept;

}  // namespace hawkcache::redis
