namespace NBomber.Contracts;

/// <summary>How much load a scenario makes for how long; <see cref="NBomber.CSharp.Simulation"/> makes them.</summary>
public abstract class LoadSimulation
{
    private protected LoadSimulation(TimeSpan during) => During = during;

    internal TimeSpan During { get; }

    internal sealed class RampingConstant(int copies, TimeSpan during) : LoadSimulation(during)
    {
        internal int Copies => copies;
    }

    internal sealed class KeepConstant(int copies, TimeSpan during) : LoadSimulation(during)
    {
        internal int Copies => copies;
    }

    internal sealed class RampingInject(int rate, TimeSpan interval, TimeSpan during) : LoadSimulation(during)
    {
        internal int Rate => rate;

        internal TimeSpan Interval => interval;
    }

    internal sealed class Inject(int rate, TimeSpan interval, TimeSpan during) : LoadSimulation(during)
    {
        internal int Rate => rate;

        internal TimeSpan Interval => interval;
    }

    internal sealed class InjectRandom(int minRate, int maxRate, TimeSpan interval, TimeSpan during) : LoadSimulation(during)
    {
        internal int MinRate => minRate;

        internal int MaxRate => maxRate;

        internal TimeSpan Interval => interval;
    }

    internal sealed class Pause(TimeSpan during) : LoadSimulation(during);
}
