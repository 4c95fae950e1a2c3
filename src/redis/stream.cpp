#include "redis/stream.hpp"

#include "net/gather_write.hpp"

#include <utility>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace hawkcache::redis {
namespace {

namespace asio = net::asio;
namespace ssl = asio::ssl;
using net::Awaitable;
using net::use_op;
using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, net::Executor>;

// A look-up that nobody waits for any more may go on for that long.
constexpr Duration kLookUp{5000};

// error_category's destructor is protected by design; nothing is destroyed through it.
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class CertificateCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "certificate"; }
  std::string message(int value) const override {
    return std::string("the server's certificate: ") + X509_verify_cert_error_string(value);
  }
};

const boost::system::error_category& certificate_category() noexcept {
  static const CertificateCategory category;
  return category;
}

// The socket of every kind of stream.
class Connector {
 public:
  Connector(net::Worker& worker, net::Resolver& resolver, Target target)
      : socket(worker.executor()), resolver_(resolver), target_(std::move(target)) {}

  Awaitable<ErrorCode> connect() {
    if (target_.transport == Target::Transport::unix_socket) {
      // The endpoint's constructor throws where the path is too long for the system.
      if (target_.path.size() >= sizeof(sockaddr_un{}.sun_path))
        co_return asio::error::name_too_long;
      const asio::local::stream_protocol::endpoint endpoint(target_.path);
      const ErrorCode error = co_await connect_to(Socket::endpoint_type(endpoint));
      co_return error;
    }
    const Result<net::Resolver::Addresses> addresses =
        co_await resolver_.resolve(target_.endpoint.host, kLookUp);
    if (addresses.has_error()) co_return addresses.error();
    ErrorCode error;
    for (const asio::ip::address& address : *addresses) {
      const asio::ip::tcp::endpoint endpoint(address, target_.endpoint.port);
      error = co_await connect_to(Socket::endpoint_type(endpoint));
      if (!error || closed_) break;
    }
    co_return error;
  }

  void close() noexcept {
    closed_ = true;
    ErrorCode ignored;
    socket.close(ignored);
  }

  const Target& target() const noexcept { return target_; }

  Socket socket;

 private:
  Awaitable<ErrorCode> connect_to(Socket::endpoint_type endpoint) {
    if (closed_) co_return asio::error::operation_aborted;
    ErrorCode error;
    socket.close(error);  // of the attempt before
    socket.open(endpoint.protocol(), error);
    if (!error) socket.non_blocking(true, error);
    if (!error && target_.transport != Target::Transport::unix_socket)
      socket.set_option(asio::ip::tcp::no_delay(true), error);
    if (error) co_return error;
    const auto [connected] = co_await socket.async_connect(endpoint, use_op);
    if (closed_) co_return asio::error::operation_aborted;
    co_return connected;
  }

  net::Resolver& resolver_;
  Target target_;
  bool closed_ = false;
};

class PlainStream final : public Stream {
 public:
  PlainStream(net::Worker& worker, net::Resolver& resolver, Target target)
      : connector_(worker, resolver, std::move(target)) {}

  Awaitable<ErrorCode> connect() override { return connector_.connect(); }

  Awaitable<Result<std::size_t>> read_some(std::span<char> space) override {
    const asio::mutable_buffer buffer(space.data(), space.size());
    const auto [error, size] = co_await connector_.socket.async_read_some(buffer, use_op);
    if (error) co_return error;
    co_return size;
  }

  Awaitable<ErrorCode> write(std::span<const asio::const_buffer> buffers,
                             std::uint64_t& written) override {
    unwritten_.assign(buffers);
    for (;;) {
      const ErrorCode error = unwritten_.write_some(connector_.socket, written);
      if (error != asio::error::would_block) co_return error;
      const auto [waited] = co_await connector_.socket.async_wait(Socket::wait_write, use_op);
      if (waited) co_return waited;
    }
  }

  void close() noexcept override { connector_.close(); }

 private:
  Connector connector_;
  net::GatherWrite unwritten_;
};

class TlsStream final : public Stream {
 public:
  TlsStream(net::Worker& worker, net::Resolver& resolver, Target target, ssl::context& context)
      : connector_(worker, resolver, std::move(target)), tls_(connector_.socket, context) {}

  Awaitable<ErrorCode> connect() override {
    const ErrorCode error = co_await connector_.connect();
    if (error) co_return error;
    if (!expect_name()) co_return asio::error::invalid_argument;
    const auto [failed] = co_await tls_.async_handshake(ssl::stream_base::client, use_op);
    if (!failed) co_return ErrorCode();
    const long verified = SSL_get_verify_result(tls_.native_handle());
    if (verified == X509_V_OK || failed == asio::error::operation_aborted) co_return failed;
    co_return ErrorCode(static_cast<int>(verified), certificate_category());
  }

  Awaitable<Result<std::size_t>> read_some(std::span<char> space) override {
    const asio::mutable_buffer buffer(space.data(), space.size());
    const auto [error, size] = co_await tls_.async_read_some(buffer, use_op);
    if (error) co_return error;
    co_return size;
  }

  // The engine takes one buffer at a time; a record holds no more than 16 KiB anyway.
  Awaitable<ErrorCode> write(std::span<const asio::const_buffer> buffers,
                             std::uint64_t& written) override {
    for (const asio::const_buffer& buffer : buffers) {
      const auto [error, size] = co_await asio::async_write(tls_, buffer, use_op);
      written += size;
      if (error) co_return error;
    }
    co_return ErrorCode();
  }

  void close() noexcept override { connector_.close(); }

 private:
  // The certificate has to be for the host that was configured, a name or an address; a name is
  // also said to the server (SNI, which knows no addresses).
  bool expect_name() noexcept {
    const std::string& host = connector_.target().endpoint.host;
    SSL* native = tls_.native_handle();
    X509_VERIFY_PARAM* expected = SSL_get0_param(native);
    ErrorCode no_address;
    asio::ip::make_address(host, no_address);
    if (!no_address) return X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) == 1;
    X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return X509_VERIFY_PARAM_set1_host(expected, host.data(), host.size()) == 1 &&
           SSL_ctrl(native,
                    SSL_CTRL_SET_TLSEXT_HOSTNAME,
                    TLSEXT_NAMETYPE_host_name,
                    const_cast<char*>(host.c_str())) == 1;
  }

  Connector connector_;
  ssl::stream<Socket&> tls_;
};

}  // namespace

std::string Target::text() const {
  if (transport == Transport::unix_socket) return path;
  const bool bare_ipv6 = endpoint.host.find(':') != std::string::npos;
  return (bare_ipv6 ? '[' + endpoint.host + ']' : endpoint.host) + ':' +
         std::to_string(endpoint.port);
}

bool wrong_certificate(const ErrorCode& error) noexcept {
  return error && error.category() == certificate_category();
}

struct Dialer::Tls {
  // Without a trust store every server is refused, with a reason in the log.
  Tls() : context(ssl::context::tls_client) {
    ErrorCode ignored;
    context.set_default_verify_paths(ignored);
    context.set_verify_mode(ssl::verify_peer, ignored);
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  }
  ssl::context context;
};

Dialer::Dialer(net::Worker& worker, Encryption encryption)
    : worker_(worker), resolver_(worker.executor(), worker.clock()) {
  if (encryption == Encryption::tls) tls_ = std::make_unique<Tls>();
}
Dialer::~Dialer() = default;

std::unique_ptr<Stream> Dialer::stream_to(const Target& target) {
  if (target.transport == Target::Transport::tls)
    return std::make_unique<TlsStream>(worker_, resolver_, target, tls_->context);
  return std::make_unique<PlainStream>(worker_, resolver_, target);
}

}  // namespace hawkcache::redis
