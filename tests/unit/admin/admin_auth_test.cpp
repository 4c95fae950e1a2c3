#include "admin/admin_auth.hpp"

#include "unit/admin/parsed_request.hpp"

#include <gtest/gtest.h>

namespace hawkcache::admin {
namespace {

struct TokenCase {
  std::string_view fields;
  Access expected;
};

TEST(AdminAccess, NeedsExactlyTheTokenWhereThereIsOne) {
  const TokenCase cases[] = {
      {"Authorization: Bearer secret\n", Access::granted},
      {"authorization: bearer secret\n", Access::granted},
      {"Authorization: BEARER secret\n", Access::granted},
      // A page may not, but whoever has the token is no page's victim.
      {"Authorization: Bearer secret\nOrigin: http://evil.example\n", Access::granted},
      {"", Access::no_token},
      {"Proxy-Authorization: Bearer secret\n", Access::no_token},
      {"Cookie: token=secret\n", Access::no_token},
      {"X-Authorization: Bearer secret\n", Access::no_token},
      // Near misses.
      {"Authorization: Bearer Secret\n", Access::wrong_token},
      {"Authorization: Bearer secre\n", Access::wrong_token},
      {"Authorization: Bearer secrets\n", Access::wrong_token},
      {"Authorization: Bearer  secret\n", Access::wrong_token},
      {"Authorization: Bearer\tsecret\n", Access::wrong_token},
      {"Authorization: Bearer\n", Access::wrong_token},
      {"Authorization: \n", Access::wrong_token},
      {"Authorization: secret\n", Access::wrong_token},
      {"Authorization: Basic secret\n", Access::wrong_token},
      {"Authorization: Bearer secret, Bearer secret\n", Access::wrong_token},
      {"Authorization: Bearer secret x\n", Access::wrong_token},
      {"Authorization: Bearer \"secret\"\n", Access::wrong_token},
      // Several are ambiguous, even when one is right or all are.
      {"Authorization: Bearer secret\nAuthorization: Bearer secret\n", Access::wrong_token},
      {"Authorization: Bearer wrong\nAuthorization: Bearer secret\n", Access::wrong_token},
  };
  for (const TokenCase& c : cases) {
    SCOPED_TRACE(c.fields);
    const ParsedRequest request("GET /v1/stats?token=secret HTTP/1.1\nHost: localhost\n" +
                                std::string(c.fields));
    EXPECT_EQ(check_access(request.head(), request.target(), "secret"), c.expected);
  }
}

struct PageCase {
  std::string_view request;
  Access expected;
};

TEST(AdminAccess, WithoutATokenNoWebPageGetsIn) {
  const PageCase cases[] = {
      {"GET /v1/stats HTTP/1.1\nHost: localhost:9080\n", Access::granted},
      {"GET /v1/stats HTTP/1.1\nHost: LOCALHOST\n", Access::granted},
      {"GET /v1/stats HTTP/1.1\nHost: 127.0.0.1:9080\n", Access::granted},
      {"GET /v1/stats HTTP/1.1\nHost: 127.8.9.10\n", Access::granted},
      {"GET /v1/stats HTTP/1.1\nHost: [::1]:9080\n", Access::granted},
      // No browser leaves Host out.
      {"GET /v1/stats HTTP/1.0\n", Access::granted},
      {"GET /v1/stats HTTP/1.1\nHost: localhost\nOrigin: http://localhost:9080\n",
       Access::foreign_origin},
      {"GET /v1/stats HTTP/1.1\nHost: localhost\nOrigin: null\n", Access::foreign_origin},
      {"GET /v1/stats HTTP/1.1\nHost: localhost\nOrigin: \n", Access::foreign_origin},
      // DNS rebinding.
      {"GET /v1/stats HTTP/1.1\nHost: evil.example\n", Access::foreign_host},
      {"GET /v1/stats HTTP/1.1\nHost: localhost.evil.example\n", Access::foreign_host},
      {"GET /v1/stats HTTP/1.1\nHost: 127.0.0.1.evil.example\n", Access::foreign_host},
      {"GET /v1/stats HTTP/1.1\nHost: 128.0.0.1\n", Access::foreign_host},
      {"GET /v1/stats HTTP/1.1\nHost: 0.0.0.0\n", Access::foreign_host},
      {"GET /v1/stats HTTP/1.1\nHost: [::2]\n", Access::foreign_host},
      // The absolute form overrules Host; both must be ours.
      {"GET http://localhost:9080/v1/stats HTTP/1.1\nHost: localhost:9080\n", Access::granted},
      {"GET http://localhost/v1/stats HTTP/1.1\nHost: evil.example\n", Access::foreign_host},
      {"GET http://evil.example/v1/stats HTTP/1.1\nHost: localhost\n", Access::foreign_host},
      // But for PURGE it is what to purge.
      {"PURGE http://api.example.com/x HTTP/1.1\nHost: api.example.com\n", Access::granted},
      {"PURGE http://api.example.com/x HTTP/1.1\nHost: 127.0.0.1:9080\n", Access::granted},
      {"PURGE http://api.example.com/x HTTP/1.1\nHost: evil.example\n", Access::foreign_host},
      {"PURGE http://api.example.com/x HTTP/1.1\nHost: api.example.com\nOrigin: http://x\n",
       Access::foreign_origin},
      {"PURGE /x HTTP/1.1\nHost: api.example.com\n", Access::foreign_host},
  };
  for (const PageCase& c : cases) {
    SCOPED_TRACE(c.request);
    const ParsedRequest request(c.request);
    EXPECT_EQ(check_access(request.head(), request.target(), ""), c.expected);
  }
}

TEST(AdminAccess, ARefusalNamesTheRemedyAndNeverTheToken) {
  EXPECT_EQ(refusal(Access::no_token).status, 401);
  EXPECT_NE(refusal(Access::no_token).extra_fields.find("WWW-Authenticate: Bearer"),
            std::string::npos);
  EXPECT_EQ(refusal(Access::wrong_token).status, 401);
  EXPECT_EQ(refusal(Access::foreign_origin).status, 403);
  EXPECT_EQ(refusal(Access::foreign_host).status, 403);
}

}  // namespace
}  // namespace hawkcache::admin
