using System.Globalization;

namespace Platform.Api.Store;

/// <summary>Configuration section <c>Store</c>.</summary>
/// <param name="ReservationTime">For how long an order that is not paid holds its copies: <c>Store:ReservationTime</c>, 15 minutes unless set, 1 second to 7 days.</param>
/// <param name="PaymentTimeout">For how long a request waits for the payment provider: <c>Store:PaymentTimeout</c>, 10 seconds unless set, 1 second to 1 minute.</param>
/// <param name="TestPayments">Whether <see cref="Orders.DevelopmentPaymentGateway"/> takes the payments, who moves no money: <c>Store:TestPayments</c>, false unless set.</param>
internal sealed record StoreSettings(TimeSpan ReservationTime, TimeSpan PaymentTimeout, bool TestPayments)
{
    /// <exception cref="InvalidOperationException">A setting is not usable; the message names it.</exception>
    internal static StoreSettings From(IConfiguration configuration)
    {
        var second = TimeSpan.FromSeconds(1);
        return new StoreSettings(
            Time("Store:ReservationTime", TimeSpan.FromMinutes(15), second, TimeSpan.FromDays(7)),
            Time("Store:PaymentTimeout", TimeSpan.FromSeconds(10), second, TimeSpan.FromMinutes(1)),
            Flag("Store:TestPayments"));

        bool Flag(string key)
        {
            var flag = false;
            return configuration[key] is { Length: > 0 } text && !bool.TryParse(text, out flag) ? throw new InvalidOperationException($"{key} must be true or false.") : flag;
        }

        TimeSpan Time(string key, TimeSpan otherwise, TimeSpan least, TimeSpan most)
        {
            var time = otherwise;
            return configuration[key] is { Length: > 0 } text && (!TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out time) || time < least || time > most)
                ? throw new InvalidOperationException($"{key} must be a time from {least:c} to {most:c} written as hh:mm:ss.")
                : time;
        }
    }
}
