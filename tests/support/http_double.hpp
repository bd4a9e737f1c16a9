#pragma once

#include <httplib.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace pipectl::test {

/// A certificate authority of the test's own, and a certificate for 127.0.0.1 that it signed.
class PrivateCa {
 public:
  PrivateCa();
  ~PrivateCa();
  PrivateCa(const PrivateCa&) = delete;
  PrivateCa& operator=(const PrivateCa&) = delete;
  void write_ca(const std::filesystem::path& file) const;
  [[nodiscard]] X509* certificate() const noexcept { return certificate_; }
  [[nodiscard]] EVP_PKEY* key() const noexcept { return key_; }

 private:
  EVP_PKEY* ca_key_;
  X509* ca_;
  EVP_PKEY* key_;
  X509* certificate_;
};

/// A real HTTP server on a free port of the loopback interface. Handlers are set by `prepare`,
/// before it listens; it is ended by the destructor.
class HttpDouble {
 public:
  explicit HttpDouble(const std::function<void(httplib::Server&)>& prepare,
                      const PrivateCa* ca = nullptr);
  ~HttpDouble();
  HttpDouble(const HttpDouble&) = delete;
  HttpDouble& operator=(const HttpDouble&) = delete;
  /// `http://127.0.0.1:PORT` + path
  [[nodiscard]] std::string url(const std::string& path, const char* host = "127.0.0.1") const;
  [[nodiscard]] int port() const noexcept { return port_; }

 private:
  std::unique_ptr<httplib::Server> server_;
  std::string scheme_;
  int port_{0};
  std::thread thread_;
};

/// A TCP server that does with each connection what a test wants, wrong things too. `serve` gets
/// the connected socket, which is closed after it returns.
class TcpDouble {
 public:
  explicit TcpDouble(std::function<void(int socket)> serve);
  ~TcpDouble();
  TcpDouble(const TcpDouble&) = delete;
  TcpDouble& operator=(const TcpDouble&) = delete;
  [[nodiscard]] int port() const noexcept { return port_; }
  [[nodiscard]] std::string url(const std::string& path) const;

 private:
  std::function<void(int)> serve_;
  int port_{0};  ///< before listener_, which sets it
  int listener_;
  std::thread thread_;
};

/// Reads until the blank line that ends a request's head.
void read_request(int socket);
void write_all(int socket, const std::string& bytes);
/// Blocks until the other side has closed the connection.
void wait_for_close(int socket);
/// Makes close() send a reset.
void reset_on_close(int socket);
/// A port on which nobody listens.
[[nodiscard]] int free_port();

}  // namespace pipectl::test
