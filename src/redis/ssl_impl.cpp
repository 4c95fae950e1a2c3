// The one translation unit with the compiled part of Boost.Asio's TLS.
#include <boost/asio/ssl/impl/src.hpp>
