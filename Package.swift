// swift-tools-version: 6.2
import PackageDescription

/// What every target of ours is compiled with; dependencies keep their own settings.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let targets: [Target] = [
    // 0: values and rules; AWS dialects and signatures.
    .target(name: "Domain", swiftSettings: strict),
]

let package = Package(
    name: "ferry",
    dependencies: [
    ],
    targets: targets
)
