/// Whether an image can be launched on a type of machine (docs/behaviour/instances.md, "Launching").
extension InstanceType {
    /// What a launch has that asks for none.
    package static let standardName = "m1.small"

    /// The type that a launch names.
    package static func ofLaunch(_ name: String) throws -> InstanceType {
        guard let type = named(name) else { throw Fault(.invalidParameterValue, "Invalid value '\(name.prefix(64))' for InstanceType.") }
        return type
    }

    /// - Throws: `Fault` `InvalidParameterValue`, `InvalidParameterCombination`, `Unsupported`.
    package func requireFit(for traits: MachineTraits) throws {
        guard architectures.contains(traits.architecture) else {
            let own = architectures.last?.rawValue ?? ""
            throw Fault(
                .invalidParameterValue,
                """
                The architecture '\(own)' of the specified instance type does not match the architecture \
                '\(traits.architecture.rawValue)' of the specified AMI. Specify an instance type and an AMI that have matching \
                architectures, and try again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture \
                of the instance type or AMI.
                """
            )
        }
        guard virtualizations.contains(traits.virtualization) else {
            throw Fault(
                .invalidParameterCombination,
                """
                Non-Windows instances with a virtualization type of '\(traits.virtualization.rawValue)' are currently not supported for \
                this instance type.
                """
            )
        }
        guard ena != .required || traits.enaSupport else {
            throw Fault(
                .invalidParameterCombination,
                """
                Enhanced networking with the Elastic Network Adapter (ENA) is required for the '\(name)' instance type. Ensure that you \
                are using an AMI that is enabled for ENA.
                """
            )
        }
        if let mode = traits.bootMode, bootMode(for: traits) == nil {
            throw Fault(
                .unsupported,
                "The boot mode '\(mode.rawValue)' of the specified AMI is not supported by the instance type '\(name)'."
            )
        }
        if traits.tpmSupport != nil, !supportsTPM {
            throw Fault(.unsupported, "The specified AMI asks for a TPM, which the instance type '\(name)' does not have.")
        }
    }

    /// - Throws: `Fault` `InvalidParameterCombination`
    package func requireEBSOptimization() throws {
        guard isEBSOptimizedByDefault else {
            throw Fault(.invalidParameterCombination, "EBS-optimized instances are not supported for the instance type \(name).")
        }
    }

    /// How a guest of an image boots on the type; nil where it cannot.
    package func bootMode(for traits: MachineTraits) -> MachineTraits.BootMode? {
        switch traits.bootMode {
        case .uefi: bootModes.contains(.uefi) ? .uefi : nil
        case .legacyBIOS: bootModes.contains(.legacyBIOS) ? .legacyBIOS : nil
        case .uefiPreferred: bootModes.contains(.uefi) ? .uefi : bootModes.first
        case nil: bootModes.first
        }
    }

    /// How much of the processor a machine of the type may use that is asked for nothing else: t2 stays at its baseline.
    package var standardCredits: Instance.CPUCredits? { isBurstable ? (hypervisor == .xen ? .standard : .unlimited) : nil }
}
