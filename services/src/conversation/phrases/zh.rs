//! Chinese (simplified).

use super::{Phrases, pick};
use parley_domain::interview::Tone;

pub(super) static PHRASES: Phrases = Phrases {
    greeting,
    reaction,
    follow_ups: FOLLOW_UPS,
    closing,
};

fn greeting(tone: Tone, name: &str, interviewer: &str) -> String {
    match tone {
        Tone::Casual => format!("{name}，你好，我是{interviewer}。别着急，用自己的话回答就好。"),
        Tone::Professional => format!("{name}，您好，我是{interviewer}，今天由我来提问。请按自己的节奏回答。"),
        Tone::Formal => format!("{name}，您好。我是{interviewer}，本次面试由我主持。请您从容作答。"),
        Tone::Friendly => format!("{name}，很高兴认识你。我是{interviewer}。慢慢来，按你自己的方式说就好。"),
    }
}

fn reaction(tone: Tone, n: u32) -> &'static str {
    let options: &[&str] = match tone {
        Tone::Casual => &["好的，明白了。", "嗯，了解。", "好，谢谢你告诉我。", "有道理。"],
        Tone::Professional => &["谢谢，已记录。", "谢谢您的说明。", "很清楚，谢谢。", "明白了，谢谢。"],
        Tone::Formal => &[
            "感谢您的回答。",
            "您的回答已记录。",
            "谢谢，我们继续下一题。",
            "好的，感谢您的说明。",
        ],
        Tone::Friendly => &[
            "谢谢你的分享。",
            "谢谢，我有了更清楚的了解。",
            "感谢你的说明。",
            "谢谢，很有帮助。",
        ],
    };
    pick(options, n)
}

/// The same in every tone, so without a word for "you": tones differ in it.
const FOLLOW_UPS: &[&str] = &[
    "能再多说一些吗？最好举一个具体的例子。",
    "在这件事中，具体负责的是哪一部分？",
    "最后结果怎么样？是如何判断的？",
    "其中最难的是什么？是怎么处理的？",
    "现在回头看，会有哪些不同的做法？",
];

fn closing(tone: Tone, name: &str) -> String {
    match tone {
        Tone::Casual => format!("{name}，问题都问完了。准备好后，请点击“结束面试”。"),
        Tone::Professional => format!("谢谢您，{name}。以上是全部问题。请点击“结束面试”提交您的回答。"),
        Tone::Formal => format!("感谢您，{name}。提问到此结束。请点击“结束面试”以提交您的回答。"),
        Tone::Friendly => format!("谢谢你，{name}，我想问的都问完了。准备好后请点击“结束面试”。"),
    }
}

#[cfg(test)]
mod tests {
    use super::FOLLOW_UPS;

    #[test]
    fn follow_ups_fit_every_tone() {
        for text in FOLLOW_UPS {
            assert!(!text.contains(['你', '您']), "{text}");
        }
    }
}
