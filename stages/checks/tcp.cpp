#include <fmt/format.h>

#include <charconv>

#include "core/base/tcp_connect.hpp"
#include "core/base/text.hpp"
#include "stages/checks/checks.hpp"
#include "stages/template_key.hpp"

namespace pipectl::stages {
namespace {

struct Endpoint {
  std::string host;
  std::string port;
};

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

/// `6379`, `redis:6379`, `[::1]:6379`; nothing on anything else.
std::optional<Endpoint> parse_endpoint(std::string_view text) {
  text = trim(text);
  if (is_port(text)) return Endpoint{"127.0.0.1", std::string{text}};
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || !is_port(text.substr(colon + 1))) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return std::nullopt;
  if (host.empty() || host.find('\0') != std::string_view::npos) return std::nullopt;
  return Endpoint{std::string{host}, std::string{text.substr(colon + 1)}};
}

constexpr std::string_view form = "a port of this host, or HOST:PORT, or [IPv6]:PORT";

class TcpCheck final : public HealthCheck {
 public:
  explicit TcpCheck(expr::Template endpoint) : endpoint_(std::move(endpoint)) {}

  [[nodiscard]] std::string describe(const expr::Scope& scope) const override {
    return "tcp " + printable(shown(endpoint_, scope));
  }

  Result<std::string> probe(StageContext& context, SteadyTime deadline,
                            const CancelToken& cancel) const override {
    const std::string text = TRY(endpoint_.evaluate(context.scope));
    const auto endpoint = parse_endpoint(text);
    if (!endpoint)
      return fail(Fault::step, fmt::format("'{}' is no port", printable(text)), std::string{form});
    TRY(tcp_connect(endpoint->host, endpoint->port, deadline, cancel));
    return "accepts connections";
  }

 private:
  expr::Template endpoint_;
};

class TcpCheckKind final : public HealthCheckKind {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "tcp"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "A port accepts connections";
  }
  [[nodiscard]] std::vector<KeyDoc> keys() const override {
    return {
        {"tcp", R"({"type":["integer","string"]})", "PORT of this host, HOST:PORT or [IPv6]:PORT"}};
  }
  [[nodiscard]] std::unique_ptr<HealthCheck> parse(yaml::Reader& reader,
                                                   const ParseContext& context) const override {
    const std::size_t errors = context.diagnostics.error_count();
    auto endpoint = read_template("tcp", reader, context);
    if (endpoint && endpoint->is_literal() && !parse_endpoint(endpoint->text()))
      context.diagnostics.error(endpoint->where(),
                                fmt::format("'{}' is no port", printable(endpoint->text())),
                                std::string{form});
    if (!endpoint && context.diagnostics.error_count() == errors)
      context.diagnostics.error(reader.self().span(), "`tcp` needs a port", std::string{form});
    if (context.diagnostics.error_count() > errors) return nullptr;
    return std::make_unique<TcpCheck>(std::move(*endpoint));
  }
};

}  // namespace

std::unique_ptr<HealthCheckKind> make_tcp_check() { return std::make_unique<TcpCheckKind>(); }

}  // namespace pipectl::stages
