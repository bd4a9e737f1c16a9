#include <fmt/format.h>

#include "core/api/registry.hpp"
#include "core/base/dotenv.hpp"
#include "core/base/text.hpp"
#include "stages/kinds/kinds.hpp"
#include "stages/rotate/rotate_stage.hpp"

namespace pipectl::stages {
namespace {

/// Reads the keys of one rotation.
class RotateReader {
 public:
  RotateReader(yaml::Reader& reader, const ParseContext& context)
      : reader_(reader), context_(context) {}

  RotateSettings read() {
    RotateSettings settings;
    settings.secret = read_secret();
    read_place(settings);
    settings.value = NewValue::parse(reader_, context_).value_or(NewValue{});
    if (const auto health = reader_.node("health"))
      settings.health = parse_checks(*health, "`health`", context_).value_or(CheckList{});
    settings.grace = reader_.duration("grace").value_or(settings.grace);
    settings.retire = Steps::parse_script("retire", reader_, context_).value_or(Steps{});
    settings.undo_timeout = reader_.duration("undo_timeout").value_or(settings.undo_timeout);
    const auto& timeout = context_.stage.timeout;
    if (timeout && *timeout <= settings.grace)
      context_.diagnostics.error(
          reader_.node("grace")->span(),
          fmt::format("the stage's timeout ({}) ends before the grace period ({}) does",
                      human_duration(*timeout), human_duration(settings.grace)),
          "give the stage a longer `timeout`");
    return settings;
  }

 private:
  std::string read_secret() {
    std::string name{reader_.required_string("secret").value_or("")};
    if (!name.empty() && !is_env_name(name))
      context_.diagnostics.error(reader_.node("secret")->span(),
                                 fmt::format("'{}' is no name for a secret", printable(name)),
                                 "as `secrets` calls it: letters, digits and '_'");
    return name;
  }

  void read_place(RotateSettings& settings) {
    const StageMethod* const method = context_.registry.stage_method("rotate", reader_.self());
    if (method == nullptr) {
      context_.diagnostics.error(
          context_.stage.where,
          fmt::format("stage '{}' does not say where the secret lives", context_.stage.name),
          "`kubernetes: {secret: app-secrets, key: API_KEY, restart: [app]}`");
      return;
    }
    settings.provider = method->key().name;
    const auto value = reader_.node(method->key().name);
    if (!value)
      return context_.diagnostics.error(context_.stage.where,
                                        fmt::format("`{}` is empty", settings.provider));
    settings.runner = method->parse(*value, context_);
    settings.place = dynamic_cast<const RotationPlace*>(settings.runner.get());
    if (settings.runner != nullptr && settings.place == nullptr)
      context_.diagnostics.error(
          value->span(),
          fmt::format("`{}` is no place of a secret [this is a bug]", settings.provider));
  }

  yaml::Reader& reader_;
  const ParseContext& context_;
};

class RotateKind final : public StageKind {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "rotate"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "Gives a secret a new value, retires the old one; runs when it is asked for by name";
  }
  [[nodiscard]] std::vector<KeyDoc> keys() const override {
    return {
        {"secret", R"({"type":"string"})",
         "Its name, for `pipectl secrets rotate NAME` and the audit log"},
        {"value", new_value_type,
         "Where the new value comes from: `random` (so many bytes), `command` (what it prints), "
         "`secret` (a granted one)"},
        {"health", check_list_type, "What must be healthy with the new value"},
        {"grace", R"({"type":["string","integer"]})",
         "How long both values are valid before the old one is retired; default: 0"},
        {"retire",
         R"({"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"},"minItems":1}]})",
         "What the shell runs to make the value in `$PIPECTL_RETIRED` invalid where it was issued"},
        {"undo_timeout", R"({"type":["string","integer"]})",
         "How long the undo may take, whatever the stage's timeout; default: 5m"}};
  }
  [[nodiscard]] std::unique_ptr<StageRunner> parse(yaml::Reader& reader,
                                                   const ParseContext& context) const override {
    const std::size_t errors = context.diagnostics.error_count();
    auto settings = RotateReader{reader, context}.read();
    if (context.diagnostics.error_count() > errors) return nullptr;
    return std::make_unique<RotateStage>(std::move(settings));
  }
};

}  // namespace

std::unique_ptr<StageKind> make_rotate_kind() { return std::make_unique<RotateKind>(); }

}  // namespace pipectl::stages
