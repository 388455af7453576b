using NBomber.Contracts;

namespace NBomber.CSharp;

/// <summary>
/// Makes load simulations. Those that inject are open: iterations begin at their times whatever became of earlier ones.
/// The constant ones are closed: a copy begins its next iteration when its last one is over.
/// </summary>
public static class Simulation
{
    /// <summary>Goes from the copies there are to another number of them, evenly. Closed.</summary>
    /// <param name="copies">How many there are at the end.</param>
    /// <param name="during">How long it takes.</param>
    /// <returns>The simulation.</returns>
    public static LoadSimulation RampingConstant(int copies, TimeSpan during) => new LoadSimulation.RampingConstant(copies, during);

    /// <summary>Keeps a number of copies running. Closed.</summary>
    /// <param name="copies">How many.</param>
    /// <param name="during">For how long.</param>
    /// <returns>The simulation.</returns>
    public static LoadSimulation KeepConstant(int copies, TimeSpan during) => new LoadSimulation.KeepConstant(copies, during);

    /// <summary>Goes from the rate there is to another, evenly. Open.</summary>
    /// <param name="rate">How many iterations an interval there are at the end.</param>
    /// <param name="interval">The interval.</param>
    /// <param name="during">How long it takes.</param>
    /// <returns>The simulation.</returns>
    public static LoadSimulation RampingInject(int rate, TimeSpan interval, TimeSpan during) => new LoadSimulation.RampingInject(rate, interval, during);

    /// <summary>Begins iterations at a rate. Open.</summary>
    /// <param name="rate">How many an interval.</param>
    /// <param name="interval">The interval.</param>
    /// <param name="during">For how long.</param>
    /// <returns>The simulation.</returns>
    public static LoadSimulation Inject(int rate, TimeSpan interval, TimeSpan during) => new LoadSimulation.Inject(rate, interval, during);

    /// <summary>Begins iterations at a rate that is drawn anew for each interval. Open.</summary>
    /// <param name="minRate">The lowest rate.</param>
    /// <param name="maxRate">The highest rate.</param>
    /// <param name="interval">The interval.</param>
    /// <param name="during">For how long.</param>
    /// <returns>The simulation.</returns>
    public static LoadSimulation InjectRandom(int minRate, int maxRate, TimeSpan interval, TimeSpan during) => new LoadSimulation.InjectRandom(minRate, maxRate, interval, during);

    /// <summary>Begins nothing.</summary>
    /// <param name="during">For how long.</param>
    /// <returns>The simulation.</returns>
    public static LoadSimulation Pause(TimeSpan during) => new LoadSimulation.Pause(during);
}
